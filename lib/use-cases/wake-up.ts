/**
 * What a dispatcher does with a message, at its time: it judges the items that are named, and visits the shard; or it fires schedules.
 */
import { DELAY_STEP_MS } from '../core/times.ts'
import type { DispatchMessage, WakeMessage } from '../ports/queues.ts'
import type { Context } from './context.ts'
import { judgeStanding } from './judge.ts'
import { pass } from './pass/pass.ts'
import { firePartition } from './schedules/fire-partition.ts'

export async function wakeUp(context: Context, message: DispatchMessage): Promise<void> {
  if ('shard' in message) return visit(context, message)
  await untilDue(context, message.dueAt)
  await firePartition(context, message)
}

async function visit(context: Context, { shard, dueAt, judge = [] }: WakeMessage): Promise<void> {
  for (const sk of judge) await judgeStanding(context, { pk: shard, sk })
  await untilDue(context, dueAt)
  await pass(context, { shard, isWoken: true, ...(dueAt === undefined ? {} : { wokenFor: dueAt }) })
}

/** Queues round down to whole seconds. */
async function untilDue(context: Context, dueAt: number | undefined): Promise<void> {
  const early_ms = dueAt === undefined ? 0 : dueAt - context.clock.now()
  if (early_ms > 0) await context.clock.sleep(Math.min(early_ms, DELAY_STEP_MS))
}
