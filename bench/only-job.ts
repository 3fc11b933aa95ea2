/** A job that is the only one with its key, put as a client puts it, and announced as the stream would. */
import { sizesOf } from '../lib/core/job/counted.ts'
import { delayOf, type OneOnly, onlyOne } from '../lib/core/job/one-only.ts'
import { arrive } from '../lib/use-cases/arrive.ts'
import { putNew, type Standing } from '../lib/use-cases/enqueue-once.ts'
import type { Scenario } from './harness.ts'

/** @returns the job that was there, if there was one */
export async function putOnly(
  scenario: Scenario,
  customer: string,
  once: OneOnly,
): Promise<Standing | undefined> {
  const { context } = scenario
  const now = context.clock.now()
  const delay = orThrow(delayOf(once)) as { readonly delay?: number }
  const plain = scenario.newJob(customer, { runAt: now + (delay.delay ?? 0) })
  const only = orThrow(onlyOne(once, plain, context.random.token(), now))
  const there = await putNew(context.store, { ...only, ...sizesOf(context.config, plain) })
  const item = there?.replaced ? { ...only.item, pk: there.pk, sk: there.sk } : only.item
  if (!there || there.replaced) await arrive(context, [{ id: item.sk, item }])
  return there
}

function orThrow<Value>(result: { ok: true; value: Value } | { ok: false; reason: string }): Value {
  if (!result.ok) throw new Error(result.reason)
  return result.value
}
