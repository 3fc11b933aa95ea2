/** Whether a value can stand in a DynamoDB item and come back unchanged. */
import { clip } from '../text/clip.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'

const MAX_DEPTH = 28

/** The value as JSON gives it back, or why it cannot be kept. */
export function storable(value: unknown, name: string): Parsed<unknown> {
  if (value === undefined) return refused(`${name} is missing`)
  const text = toJson(value)
  if (text === undefined) return refused(`${name} is not JSON`)
  const copy: unknown = JSON.parse(text)
  const problem = jsonProblem(copy, name)
  return problem ? refused(problem) : parsed(copy)
}

/** Why a value is not JSON that DynamoDB holds, or `undefined`. */
export const jsonProblem = (value: unknown, name: string): string | undefined => findProblem(value, name, 0)

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined // a cycle or a BigInt
  }
}

function findProblem(value: unknown, path: string, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return `${path} is nested deeper than ${MAX_DEPTH} levels`
  if (typeof value === 'number')
    return isStorableNumber(value)
      ? undefined
      : `${path} is a number that cannot be kept exactly: write it as text`
  if (typeof value === 'string') return textProblem(value, path)
  if (typeof value !== 'object' || value === null) return undefined
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype)
    return `${path} is a set or bytes: use JSON types`
  for (const [key, part] of Object.entries(value)) {
    if (key === '' || key === '__proto__') return `${path} has a key "${key}"`
    const problem =
      textProblem(key, path) ?? findProblem(part, `${path}.${clip(key)}`.slice(0, 200), depth + 1)
    if (problem) return problem
  }
  return undefined
}

const textProblem = (text: string, path: string): string | undefined =>
  text.isWellFormed() ? undefined : `${path} holds half of a character (a lone surrogate)`

/** DynamoDB numbers begin at 1E-130. Whole numbers beyond 2^53 come back as text, for JavaScript cannot hold them. */
const isStorableNumber = (value: number): boolean =>
  Number.isInteger(value) ? Number.isSafeInteger(value) : Math.abs(value) >= 1e-130
