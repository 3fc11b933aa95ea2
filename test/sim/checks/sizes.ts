/**
 * Queues that may be full: a client never puts more than its limit, or than what somebody has set in place of it; nobody is told of a
 * full queue that was not full at some moment of the call; and when all is quiet the numbers are those of the jobs that are there.
 */
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { Effect, WorldEvent } from '../world/events.ts'
import type { Check, Seen } from './check.ts'

type Scope = 'queue' | 'partition'

/** By the documentation of the items. */
function placesOf({ pk, countedIn }: RawItem): string[] {
  const [queue = '', partition] = pk.split('|')
  const places: Readonly<Record<Scope, string>> = {
    queue: `$size|${queue}`,
    partition: `$size|${queue}|${partition}`,
  }
  return Object.keys(countedIn ?? {}).map((scope) => places[scope as Scope])
}

const numberAt = ({ sizes }: Tables, place: string): number =>
  [...(sizes?.get(place)?.values() ?? [])].reduce((sum, { jobs }) => sum + jobs, 0)

/** By the documentation of the items: it stands in every part. */
const maxSetAt = ({ sizes }: Tables, place: string): number | undefined => sizes?.get(place)?.get(0)?.set?.max

const countAt = ({ jobs }: Tables, place: string): number =>
  [...jobs.values()].flatMap((shard) => [...shard.values()].flatMap(placesOf)).filter((one) => one === place)
    .length

export const sizes = (): Check => {
  /** What a number was, and since when. */
  const numbers = new Map<string, { readonly at: number; readonly number: number }[]>()
  const versions = new Map<number, number>()
  let isTouched = false
  const judgeAll = ({ tables, fail }: Seen): void => {
    for (const place of tables.sizes?.keys() ?? []) {
      const [number, count] = [numberAt(tables, place), countAt(tables, place)]
      if (number !== count) fail(`${place} says ${number}, and there are ${count}`)
    }
  }
  return {
    name: 'I13 sizes',
    before(event, { truth, fail }) {
      if (event.kind === 'asks') versions.set(event.by.id, event.version)
      if (event.kind !== 'effect') return
      const { effect } = event
      if (isByHand(effect)) isTouched ||= truth.standing.size > 0
      for (const [item, next] of changesIn(effect))
        if (
          placesOf(item).join() !== placesOf(next).join() &&
          item.pk.split('|')[1] === next.pk.split('|')[1]
        )
          fail(`${item.pk} ${item.sk} counts elsewhere from now on, or nowhere`)
    },
    after(event, seen) {
      const { truth, tables, fail } = seen
      if (event.kind === 'quiet' && !isTouched) judgeAll(seen)
      if (event.kind === 'full') judgeFull(event, numbers.get(event.place) ?? [], fail)
      if (event.kind !== 'effect') return
      for (const place of tables.sizes?.keys() ?? []) {
        const known = numbers.get(place) ?? []
        const number = numberAt(tables, place)
        if (known.at(-1)?.number !== number) numbers.set(place, [...known, { at: truth.now, number }])
      }
      const { effect, by } = event
      if (isTouched || effect.op !== 'put' || effect.outcome !== 'put') return
      // An event cannot be told that its queue is full.
      if (by.fn === 'ingest') judgeRoom(effect.item, by.version, { ...seen, isRefusable: false })
      const version = by.fn === 'client' ? versions.get(by.id) : undefined
      if (version !== undefined) judgeRoom(effect.item, version, { ...seen, isRefusable: true })
    },
    finally: judgeAll,
  }
}

/** Whoever changes items past the product changes no number. */
const isByHand = (effect: Effect): boolean =>
  effect.op === 'overwrite' ||
  effect.op === 'withdraw' ||
  (effect.op === 'put' && effect.outcome === 'overwritten')

function changesIn(effect: Effect): (readonly [RawItem, RawItem])[] {
  if (effect.op === 'replace' && effect.outcome === 'replaced') return [[effect.key, effect.next]]
  if (effect.op !== 'moveWaiting' || effect.outcome !== 'moved') return []
  return effect.moves.flatMap(({ item, next }) => (next ? [[item, next] as const] : []))
}

interface Refusable extends Seen {
  readonly isRefusable: boolean
}

function judgeRoom(item: RawItem, version: number, { truth, tables, fail, isRefusable }: Refusable): void {
  const { input } = truth.plan.versions[version] ?? truth.plan.versions[0]
  const [queue = '', partition = ''] = item.pk.split('|')
  const written = Object.hasOwn(input.queues, queue) ? input.queues[queue]?.maxQueueSize : undefined
  const limits = typeof written === 'number' ? { queue: written } : (written ?? {})
  for (const [scope, most] of Object.entries(limits)) {
    const place = scope === 'queue' ? `$size|${queue}` : `$size|${queue}|${partition}`
    if (!placesOf(item).includes(place)) fail(`${item.pk} ${item.sk} does not count in ${place}`)
    const count = countAt(tables, place)
    const max = maxSetAt(tables, place) ?? most ?? Number.POSITIVE_INFINITY
    if (isRefusable && count > max) fail(`${item.pk} ${item.sk} is put: ${count} of ${max} in ${place}`)
  }
}

function judgeFull(
  { by, place, max }: Extract<WorldEvent, { kind: 'full' }>,
  known: readonly { readonly at: number; readonly number: number }[],
  fail: (what: string) => void,
): void {
  const wasFull = known.some(({ number }, n) => number >= max && (known[n + 1]?.at ?? Infinity) >= by.begunAt)
  if (!wasFull) fail(`${place} was never full with ${max} since the call began`)
}
