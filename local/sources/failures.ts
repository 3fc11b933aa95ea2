/** What a function says about the batch that it was given. */
import { isObject } from '../json.ts'
import type { Outcome } from '../lambda/outcome.ts'

/** Which items of a batch failed: all, or those that a partial batch response names. */
export type Failures = 'none' | 'all' | Set<string>

/** As Lambda reads it: an answer it cannot understand means that the whole batch failed. */
export function readFailures(outcome: Outcome, partialResponses: boolean, known: Set<string>): Failures {
  if (outcome.kind === 'failure') return 'all'
  if (!partialResponses) return 'none'
  const response: unknown = JSON.parse(outcome.payload ?? 'null')
  const list = isObject(response) ? response['batchItemFailures'] : undefined
  if (list === undefined || list === null) return 'none'
  if (!Array.isArray(list)) return 'all'
  const ids = list.map((item) => (isObject(item) ? item['itemIdentifier'] : undefined))
  const areKnown = ids.every((id) => typeof id === 'string' && known.has(id))
  if (!areKnown) return 'all'
  return ids.length === 0 ? 'none' : new Set(ids as string[])
}
