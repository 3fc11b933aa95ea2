/**
 * Of the jobs with one unique key one has it at a time; whoever is told that a job has it is told the truth; what was
 * superseded never runs, and was not in flight; an idempotency key makes one job within its time; a debounced job is due its
 * wait after the last that came, and no later than its longest wait after the first.
 */
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { Asked } from '../workloads/keyed.ts'
import type { Effect, WorldEvent } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check, Seen } from './check.ts'
import { readPlace } from './keys.ts'
import type { Lineage, Standing } from './lineage.ts'
import type { Truth } from './truth.ts'

/** One job that has had a key. */
interface Holder {
  readonly lineage: Lineage
  readonly asked: Asked
  /** Which of them it is, in the order in which they came. */
  readonly putBy: Invocation
  /** By the clock of whoever asked first, of those that were debounced into it. */
  readonly first: number
}

/** Of items whose key is taken, the next free millisecond is tried. */
const FREE_KEY_MS = 100

export const askedOf = ({ payload }: RawItem): Asked | undefined =>
  typeof payload === 'object' && payload !== null ? (payload as { readonly asked?: Asked }).asked : undefined

const nameOf = ({ queue, key }: Asked): string => `${queue} ${key}`

export const keyed = (): Check => {
  const holders = new Map<string, Holder[]>()
  const of = (asked: Asked): Holder[] => holders.get(nameOf(asked)) ?? []
  const add = (holder: Holder): void => void holders.set(nameOf(holder.asked), [...of(holder.asked), holder])
  return {
    name: 'I4 one for each key',
    before(event, seen) {
      if (event.kind === 'attemptStarted') judgeStart(event, seen)
      if (event.kind === 'told') judgeTold(event, of(event.asked), seen)
      if (event.kind !== 'effect') return
      const { effect, by } = event
      const put = newIn(effect)
      const asked = put && askedOf(put)
      if (put && asked) judgePut(put, { asked, by, before: of(asked) }, seen)
      if (effect.op === 'swap' && effect.outcome === 'swapped') judgeSwap(effect, of, seen)
    },
    after(event, { truth }) {
      if (event.kind !== 'effect') return
      const next = event.effect.op === 'swap' ? swappedIn(event.effect) : newIn(event.effect)
      const asked = next && askedOf(next)
      const standing = next && truth.at(next.pk, next.sk)
      if (!asked || !standing) return
      const before = of(asked).at(-1)
      const first = event.effect.op === 'swap' ? (before?.first ?? asked.at) : asked.at
      add({ lineage: standing.lineage, asked, putBy: event.by, first })
    },
  }
}

const newIn = (effect: Effect): RawItem | undefined =>
  effect.op === 'put' && effect.outcome === 'put' ? effect.item : undefined
const swappedIn = (effect: Extract<Effect, { op: 'swap' }>): RawItem | undefined =>
  effect.outcome === 'swapped' ? effect.next : undefined

const standingOf = ({ standing }: Truth, lineage: Lineage): Standing | undefined =>
  [...standing.values()].find((one) => one.lineage === lineage)

function judgeStart({ item, pk, sk }: Extract<WorldEvent, { kind: 'attemptStarted' }>, seen: Seen): void {
  const { truth, fail } = seen
  const standing = truth.asRead(item)
  if (standing?.lineage.end === 'superseded') fail(`${pk} ${sk} starts although another has taken its place`)
}

interface Put {
  readonly asked: Asked
  readonly by: Invocation
  readonly before: readonly Holder[]
}

function judgePut({ pk, sk }: RawItem, { asked, by, before }: Put, { truth, fail }: Seen): void {
  const last = before.at(-1)
  const { rule } = asked
  if (rule.kind === 'debounce') judgeDue({ pk, sk }, asked, asked.at, fail)
  if (!last) return
  if (rule.kind === 'once') {
    const holdsUntil = last.putBy.begunAt - truth.plan.maxSkew_ms + rule.ttl_ms
    if (truth.now + truth.plan.maxSkew_ms < holdsUntil)
      fail(`${pk} ${sk} is made by ${asked.key}, which made ${last.lineage.number} just now`)
    return
  }
  const standing = standingOf(truth, last.lineage)
  if (!standing) return
  const isAlone = rule.kind === 'unique' && rule.while === 'unfinished'
  if (isAlone) fail(`${pk} ${sk} is put although ${standing.sk} has its key, ${asked.key}`)
  if (isAlone) return
  const hasFlown = truth.claimedAt.has(`${standing.pk}\n${standing.id}`) || standing.lineage.retries > 0
  if (!hasFlown && standing.attempt === 1 && !standing.cancelled && by.fn !== 'admin')
    fail(`${pk} ${sk} is put although ${standing.sk} waits with its key, ${asked.key}`)
}

function judgeSwap(
  { item, next }: Extract<Effect, { op: 'swap' }>,
  of: (asked: Asked) => readonly Holder[],
  { truth, fail }: Seen,
): void {
  const standing = truth.at(item.pk, item.sk)
  const asked = askedOf(next)
  const last = asked && of(asked).at(-1)
  if (!standing || !asked || !last) {
    fail(`${next.sk} takes the place of what is not there: ${item.sk}`)
    return
  }
  // What somebody has put in its place by hand has its key.
  if (standing.lineage !== last.lineage && truth.plan.edits.length === 0)
    fail(`${next.sk} takes the place of ${item.sk}, which has no such key`)
  if (truth.claimed(standing)) fail(`${next.sk} takes the place of ${item.sk}, which is claimed`)
  if (standing.cancelled) fail(`${next.sk} takes the place of ${item.sk}, which is cancelled`)
  if (truth.at(next.pk, next.sk)) fail(`${next.sk} takes the place of another item`)
  // A move into another lane begins anew.
  if (asked.rule.kind === 'debounce' && standing.lineage.moves === 0) judgeDue(next, asked, last.first, fail)
}

function judgeDue(
  { pk, sk }: Pick<RawItem, 'pk' | 'sk'>,
  { at, rule }: Asked,
  first: number,
  fail: (what: string) => void,
): void {
  if (rule.kind !== 'debounce') return
  const due = Math.min(at + rule.wait_ms, first + (rule.max_ms ?? Number.POSITIVE_INFINITY))
  const { runAt } = readPlace(sk)
  if (runAt < due || runAt > due + FREE_KEY_MS)
    fail(`${pk} ${sk} is due ${runAt - due} ms late: asked at ${at}, first at ${first}`)
}

function judgeTold(
  { by, asked, how, job }: Extract<WorldEvent, { kind: 'told' }>,
  holders: readonly Holder[],
  { truth, fail }: Seen,
): void {
  // What was put in its place by hand has the key of the job that stood there.
  if (how !== 'existing' || truth.plan.edits.length > 0) return
  const { rule, key } = asked
  if (rule.kind === 'debounce') fail(`${key}: a debounced job is told of ${job.sk} and is lost`)
  if (rule.kind !== 'unique') return
  const had = holders.some(({ lineage }) => lineage.end === undefined || (lineage.endedAt ?? 0) >= by.begunAt)
  if (!had) fail(`${key}: told of ${job.sk}, but no job has had the key since the call began`)
}
