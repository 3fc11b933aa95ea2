/** A batch has no more jobs than its queue says, in any version of the configuration; and they share its key, by that of their worker. */

import type { Plan } from '../workloads/plan.ts'
import type { WorldEvent } from '../world/events.ts'
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { flightsIn } from './flights.ts'
import { ruledName } from './i2-limiters.ts'
import { readShard } from './keys.ts'
import type { Truth } from './truth.ts'

const mostOf = ({ versions }: Plan, pk: string): number =>
  Math.max(...versions.map(({ config }) => config.queues[readShard(pk).queue]?.batch?.size ?? 1))

/** What is of another key than the one before it in the same call. */
function strangerTo({ plan, attempts }: Truth, one: Extract<WorldEvent, { kind: 'attemptStarted' }>) {
  const { queues } = (plan.versions[one.by.version] ?? plan.versions[0]).input
  const by = queues[readShard(one.pk).queue]?.batch?.by
  const before = by && attempts.findLast(({ call, sk }) => call === one.call && sk !== one.sk)
  if (!before?.standing) return undefined
  const [key, other] = [one, before.standing].map((job) => ruledName('batch', by, job))
  return key === other ? undefined : `${key} and ${other}`
}

export const batches: Check = {
  name: 'I1 batches',
  after(event, { truth, fail }) {
    if (event.kind === 'attemptStarted') {
      const most = mostOf(truth.plan, event.pk)
      if (event.jobs > most) fail(`${event.jobs} jobs of ${event.pk} are one call, a batch has ${most}`)
      const strangers = strangerTo(truth, event)
      if (strangers) fail(`${event.pk} ${event.sk} is in a call of ${strangers}`)
    }
    if (event.kind !== 'effect' || !isWritten(event.effect)) return
    const { shard, change } = event.effect
    const most = mostOf(truth.plan, shard)
    for (const [id, slot] of Object.entries(change.take)) {
      const jobs = flightsIn({ [id]: slot })
      if (jobs.length > most) fail(`${jobs.length} jobs of ${shard} get one slot, a batch has ${most}`)
      if (new Set(jobs.map((job) => job.id)).size < jobs.length) fail(`${shard} claims a job twice`)
    }
  },
}
