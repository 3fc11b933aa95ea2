/** Operators who cancel jobs while they wait, are claimed, run or are between attempts; and producers whose jobs expire. */
import { parseShard, parseSortKey, type ShardKey, type SortKey } from '../../../lib/core/keys.ts'
import { cancelJob } from '../../../lib/use-cases/operate/cancel-job.ts'
import { flightOf } from '../checks/flights.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import type { CancelPlan, JobPlan } from './plan.ts'

export function drawCancels(
  random: SimRandom,
  jobs: readonly JobPlan[],
  begin: number,
  end: number,
): CancelPlan[] {
  if (random.chance(0.6)) return []
  return Array.from({ length: random.int(1, 20) }, (): CancelPlan[] => {
    const job = jobs[random.int(0, jobs.length - 1)]
    if (!job) return []
    const soon_ms = random.chance(0.5) ? random.int(20, 600) : random.skewed(1, 8000)
    const at = random.chance(0.8) ? job.at + soon_ms : random.int(begin, end)
    return [{ at: Math.min(end, at), pick: random.number(), byId: random.chance(0.3) }]
  }).flat()
}

/** In some runs; mostly so short that a backlog or a slow message is too much. */
export function withTtls(random: SimRandom, jobs: readonly JobPlan[]): readonly JobPlan[] {
  if (random.chance(0.6)) return jobs
  const share = random.pick([0.1, 0.5, 1])
  return jobs.map((job) => (random.chance(share) ? { ...job, ttl_ms: random.skewed(50, 120_000) } : job))
}

/** Rather one that is in flight. The operator knows where it stood a moment ago. */
export function applyCancel(world: World, { pick, byId }: CancelPlan, number: number): void {
  const { tables } = world
  const items = [...tables.jobs.values()].flatMap((shard) => [...shard.values()])
  const known = items.filter(({ pk, sk }) => parseShard(pk).ok && parseSortKey(sk).ok)
  const idOf = (sk: string) => sk.split('#').slice(2).join('#')
  const flying = known.filter(({ pk, sk }) => flightOf(tables.states.get(pk)?.slots, idOf(sk)))
  const few = flying.length > 0 && pick < 0.6 ? flying : known
  const item = few[Math.floor(pick * few.length)]
  const position = item && parseSortKey(item.sk)
  if (!item || !position?.ok) return
  const named = { shard: item.pk as ShardKey, id: position.value.id, sk: item.sk as SortKey }
  const { sk: _, ...byName } = named
  world.invoke('admin', (by) =>
    cancelJob(contextOf(world, by), byId ? byName : named, {
      by: `operator ${number}`,
      at: world.scheduler.now,
    }),
  )
}
