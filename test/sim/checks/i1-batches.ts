/** A batch has no more jobs than its queue says, in any version of the configuration. */
import type { Plan } from '../workloads/plan.ts'
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { flightsIn } from './flights.ts'
import { readShard } from './keys.ts'

const mostOf = ({ versions }: Plan, pk: string): number =>
  Math.max(...versions.map(({ config }) => config.queues[readShard(pk).queue]?.batch?.size ?? 1))

export const batchSizes: Check = {
  name: 'I1 size of batches',
  after(event, { truth, fail }) {
    if (event.kind === 'attemptStarted') {
      const most = mostOf(truth.plan, event.pk)
      if (event.jobs > most) fail(`${event.jobs} jobs of ${event.pk} are one call, a batch has ${most}`)
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
