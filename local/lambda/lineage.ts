/**
 * Lambda's detection of recursive loops. Each invocation has a trace header that says how often each function has been
 * invoked in the chain that led to it; the SDK puts it on what a function sends to SQS, and there it becomes the
 * message's `AWSTraceHeader`. A function that the chain has had sixteen times is not invoked again.
 */
import { createHash, randomBytes } from 'node:crypto'

/** How often a chain may invoke one function. */
const LONGEST_CHAIN = 16
/** What AWS writes before each entry; it does not say what it means. */
const PREFIX = '1'

/** Hash of a function → how often it has been invoked. */
type Lineage = ReadonlyMap<string, number>

/** The chain that an invocation belongs to. */
export interface Trace {
  /** As the SDK hands it on. */
  readonly header: string
  /** Whether the chain has had the function more often than it may. */
  readonly isTooLong: boolean
}

/**
 * The trace of an invocation by some messages, or by nothing that has one. AWS does not say what becomes of a batch of
 * which one chain is too long. Here the longest chain decides for all of it: a stack that bears that bears everything.
 */
export function nextTrace(functionArn: string, before: readonly string[] = []): Trace {
  const hash = createHash('sha256').update(functionArn).digest('hex').slice(0, 8)
  const lineage = longest(before.map(readLineage))
  const count = (lineage.get(hash) ?? 0) + 1
  const root = before.map((header) => field(header, 'Root')).find((it) => it !== undefined) ?? newRoot()
  const entries = [...new Map([...lineage, [hash, count]])].map(([id, times]) => `${PREFIX}:${id}:${times}`)
  const header = `Root=${root};Parent=${hex(8)};Sampled=0;Lineage=${entries.join('|')}`
  return { header, isTooLong: count > LONGEST_CHAIN }
}

function longest(lineages: readonly Lineage[]): Lineage {
  const counts = new Map<string, number>()
  for (const lineage of lineages)
    for (const [hash, count] of lineage) counts.set(hash, Math.max(count, counts.get(hash) ?? 0))
  return counts
}

function readLineage(header: string): Lineage {
  const entries = (field(header, 'Lineage') ?? '').split('|').map((entry) => entry.split(':'))
  return new Map(
    entries.flatMap(([, hash, count]) => (hash && count ? [[hash, Number(count)] as const] : [])),
  )
}

function field(header: string, name: string): string | undefined {
  const found = header.split(';').find((part) => part.startsWith(`${name}=`))
  return found?.slice(name.length + 1)
}

function newRoot(): string {
  return `1-${Math.floor(Date.now() / 1000).toString(16)}-${hex(12)}`
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
