/** A backlog of many seconds, and jobs that are put late into the midst of it: what hand-offs do not read. */
import type { SimRandom } from '../world/random.ts'
import type { DrawnJob, Tenants } from './jobs.ts'
import type { WayIn } from './plan.ts'
import type { QueuePlan } from './queues.ts'

/** Longer than a put may take by two clocks: what is put later is late. */
const LATE_MS = 10_000

export function drawBacklog(
  random: SimRandom,
  queue: QueuePlan,
  begin: number,
  end: number,
  tenants: Tenants,
): DrawnJob[] {
  const tenant = queue.partitioned ? random.pick(tenants) : ''
  const apart_ms = random.int(1, 200)
  const takes_ms = random.int(2000, 8000)
  const count = random.int(30, 70)
  const job = (at: number, runAt: number, priority: number): DrawnJob => ({
    at: Math.min(end, at),
    way: random.pick<WayIn>(['client', 'client', 'raw', 'event']),
    queue,
    tenant,
    id: '',
    priority,
    runAt,
    handler: {
      bad: random.chance(0.9) ? 0 : 1,
      how: 'throw',
      takes_ms: Math.max(1, takes_ms + random.int(-400, 400)),
    },
  })
  const others = random.pick<readonly [number, ...number[]]>([[5], [5], [3, 5, 9]])
  // Its owner looks at the clock, and only then gets the payload together.
  const slow_ms = random.pick([0, 3000])
  const inTime = Array.from({ length: count }, (_, n) => {
    const at = begin + n * apart_ms
    return job(at, at - random.int(0, slow_ms), random.pick(others))
  })
  // Their places are anywhere in the backlog, among those that run, wait, or are over.
  const late = Array.from({ length: random.int(1, 12) }, () =>
    job(
      begin + LATE_MS + random.int(0, (takes_ms * count) / 5),
      begin + random.int(-1000, count * apart_ms),
      random.pick([5, 5, 5, 3, 9]),
    ),
  )
  return [...inTime, ...late]
}
