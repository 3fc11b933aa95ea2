/** EventBridge: the tick each minute and the sweep every five; either may be late, doubled or missing. */

import { SWEEP_EVERY_MS, TICK_EVERY_MS } from '../../../lib/core/times.ts'
import type { WorkerContext } from '../../../lib/use-cases/context.ts'
import { sweep } from '../../../lib/use-cases/sweep/sweep.ts'
import { tick } from '../../../lib/use-cases/tick.ts'
import { contextOf } from './context.ts'
import { applySchedules } from './declared.ts'
import type { Invocation } from './invocation.ts'
import type { World } from './world.ts'

const LATEST_MS = 45_000

export function startTicks(world: World): void {
  every(world, TICK_EVERY_MS, 'tick', async (context, by) => {
    await tick(context)
    await applySchedules(world, by)
  })
  every(world, SWEEP_EVERY_MS, 'sweep', sweep)
}

type Run = (context: WorkerContext, by: Invocation) => Promise<unknown>

const isOut = ({ plan, scheduler }: World): boolean => {
  const { from, until } = plan.schedules?.clockOutage ?? { from: 0, until: 0 }
  return scheduler.now >= from && scheduler.now < until
}

function every(world: World, period_ms: number, name: string, run: Run): void {
  const { scheduler, faults, random } = world
  const fire = (delay_ms: number) =>
    scheduler.after(delay_ms, () => {
      world.emit({ kind: 'note', text: name })
      world.invoke(
        'tick',
        (by) => run(contextOf(world, by), by),
        // Lambda keeps what it had no room for, and tries again.
        (outcome) => {
          if (!outcome.ok && outcome.throttled) fire(random.int(1000, LATEST_MS))
        },
      )
    })
  const round = () => {
    scheduler.after(period_ms, round)
    if (isOut(world)) return
    if (!faults.strikes('tickMissed')) fire(faults.strikes('tickLate') ? random.int(1000, LATEST_MS) : 0)
    if (faults.strikes('tickDoubled')) fire(random.int(0, 5000))
  }
  scheduler.after(random.int(1, period_ms), round)
}
