/** Limits of partitions that deploys raise and lower while jobs run. */
import { CONCURRENCY, PERIOD_MS, STARTS, WIDE } from '../app/config.ts'
import type { Stage } from '../app/stages.ts'
import { rates, slots, wide } from '../app/tasks.ts'
import { Load } from '../load.ts'
import type { World } from '../world.ts'
import { underLoad } from './under-load.ts'

/** Enough for any backlog to show whether it moves. */
const CALLS = 15

const CUSTOMERS = [
  ['slots', 'acme'],
  ['rates', 'acme'],
  ['wide', 'all'],
] as const

function limitService({ witness }: World, stage: Stage): void {
  witness.limit('slots', { concurrency: CONCURRENCY[stage] })
  witness.limit('rates', { concurrency: 3, starts: { allowed: STARTS[stage], period_ms: PERIOD_MS } })
  witness.limit('wide', { concurrency: WIDE[stage] })
}

const startLoads = (world: World) => [
  new Load(world, slots, 'acme', 300),
  new Load(world, rates, 'acme', 50),
  new Load(world, wide, 'all', 1000),
]

/** Jobs go on, and a raised limit is used. */
async function goesOn({ witness }: World, stage: Stage): Promise<void> {
  const since = Date.now()
  const doneSince = (queue: string, customer: string) =>
    witness.of(queue, customer).filter(({ at, endedAt }) => at >= since && endedAt !== undefined).length
  await witness.until(() => CUSTOMERS.every(([queue, customer]) => doneSince(queue, customer) >= CALLS))
  if (stage !== 'raised') return
  await witness.until(
    () =>
      witness.highestConcurrency('slots', 'acme', since) > CONCURRENCY.first &&
      witness.highestConcurrency('wide', 'all', since) > WIDE.first &&
      witness.busiestWindow('rates', 'acme', PERIOD_MS, since) > STARTS.first,
  )
}

export const limits = underLoad({
  name: 'limits raised and lowered under load',
  limitService,
  startLoads,
  goesOn,
})
