/**
 * Owners of jobs who put and delete items by hand: they correct what is malformed, replace what is good, put the same
 * again, spoil it or take it back; while it waits, is claimed, runs or is tried again.
 */
import { isDeepStrictEqual } from 'node:util'
import { deleteJob, putJob } from '../../../lib/adapters/memory/tables.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import { parseShard, parseSortKey } from '../../../lib/core/keys.ts'
import type { RawKey } from '../../../lib/ports/store.ts'
import { flightOf } from '../checks/flights.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import { MOST_COST } from './costs.ts'
import type { EditPlan, JobPlan } from './plan.ts'
import { MALFORMED } from './ways-in.ts'

export function drawEdits(
  random: SimRandom,
  jobs: readonly JobPlan[],
  begin: number,
  end: number,
): EditPlan[] {
  if (random.chance(0.6)) return []
  return Array.from({ length: random.int(1, 25) }, (): EditPlan[] => {
    const job = jobs[random.int(0, jobs.length - 1)]
    if (!job) return []
    // Before the stream has brought it, while it is claimed, while it runs, or much later.
    const soon_ms = random.chance(0.5) ? random.int(20, 600) : random.skewed(1, 5000)
    const at = random.chance(0.8) ? job.at + soon_ms : random.int(begin, end)
    const what = job.way === 'malformed' && random.chance(0.8) ? 'correct' : random.pick(WHATS)
    return [{ at: Math.min(end, at), what, pick: random.number() }]
  }).flat()
}

const WHATS = ['correct', 'correct', 'replace', 'replace', 'same', 'spoil', 'withdraw'] as const

/** The owner knows the key of the item that stands there as the edit begins; what it finds there is another matter. */
export function applyEdit(world: World, edit: EditPlan): void {
  const item = chosen(world, edit)
  const next = item && changed(item, edit)
  if (!item || (!next && edit.what !== 'withdraw')) return
  world.invoke('admin', (by) =>
    world.network.call(by, edit.what, async () => {
      if (next) {
        const before = world.tables.jobs.get(next.pk)?.get(next.sk)
        const stood = before !== undefined
        putJob(world.tables, next)
        // The stream tells of changes too, unless nothing has changed.
        if (stood && !isDeepStrictEqual(before, next)) world.stream.append(structuredClone(next))
        world.emit({ kind: 'effect', by, effect: { op: 'overwrite', item: next, stood } })
      } else {
        deleteJob(world.tables, item)
        world.emit({ kind: 'effect', by, effect: { op: 'withdraw', key: item } })
      }
    }),
  )
}

/** Rather one that is in flight. */
function chosen({ tables }: World, { what, pick }: EditPlan): RawItem | undefined {
  const items = [...tables.jobs.values()].flatMap((shard) => [...shard.values()])
  const wanted = items.filter((item) => isMalformed(item) === (what === 'correct'))
  const flying = wanted.filter(({ pk, sk }) => {
    const id = sk.split('#').slice(2).join('#')
    return flightOf(tables.states.get(pk)?.slots, id)
  })
  const few = flying.length > 0 && pick < 0.7 ? flying : wanted
  return few[Math.floor(pick * few.length)]
}

const isMalformed = (item: RawItem): boolean => item[MALFORMED] === true

/** What is put in its place; nothing where no good item can stand. */
function changed(item: RawItem, { what, pick }: EditPlan): RawItem | undefined {
  const payload = {
    tenant: 'by hand',
    region: 'by hand',
    handler: { bad: 0, how: 'throw', takes_ms: 1 + Math.floor(pick * 500) },
  }
  switch (what) {
    case 'correct':
      return isGoodKey(item)
        ? { pk: item.pk, sk: item.sk, task: `task-${item.pk.split('|')[0]}`, payload }
        : undefined
    case 'replace':
      return { pk: item.pk, sk: item.sk, task: item['task'], payload, by: 'hand', ...otherCost(item) }
    case 'same':
      return structuredClone(item)
    case 'spoil':
      return {
        ...structuredClone(item),
        [MALFORMED]: true,
        ...(pick < 0.5 ? { task: 7 } : { payload: 'no plan' }),
      }
    case 'withdraw':
      return undefined
  }
}

/** As dear as another may be that says so; or it says nothing any more. */
function otherCost(item: RawItem): { readonly cost?: number } {
  const { cost } = item
  return typeof cost === 'number' && cost < MOST_COST ? { cost: cost === 1 ? 2 : 1 } : {}
}

const isGoodKey = ({ pk, sk }: RawKey): boolean => parseShard(pk).ok && parseSortKey(sk).ok
