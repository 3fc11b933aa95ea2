/** What a dispatcher does with a wake-up: it judges the items that are named, and visits the shard at its time. */

import { DELAY_STEP_MS } from '../core/times.ts'
import type { WakeMessage } from '../ports/queues.ts'
import type { Context } from './context.ts'
import { judgeStanding } from './judge.ts'
import { pass } from './pass/pass.ts'

export async function wakeUp(context: Context, { shard, dueAt, judge = [] }: WakeMessage): Promise<void> {
  for (const sk of judge) await judgeStanding(context, { pk: shard, sk })
  // Queues round down to whole seconds.
  const early_ms = dueAt === undefined ? 0 : dueAt - context.clock.now()
  if (early_ms > 0) await context.clock.sleep(Math.min(early_ms, DELAY_STEP_MS))
  await pass(context, { shard, isWoken: true, ...(dueAt === undefined ? {} : { wokenFor: dueAt }) })
}
