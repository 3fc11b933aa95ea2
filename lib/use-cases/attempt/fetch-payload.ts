/** Brings the payload of a job that is kept outside of its item, before the handler's start is on record. */
import type { Job } from '../../core/job/job.ts'
import type { WorkerContext } from '../context.ts'
import { openPayload } from '../kept-payloads.ts'
import { hasTimeFor, type Invocation, type Member, timeBefore } from './invocation.ts'

export async function fetchPayload(
  context: WorkerContext,
  job: Job,
  invocation: Invocation,
): Promise<Member> {
  if (job.payloadKey === undefined) return { job }
  try {
    // Longer, and Lambda would end the handler, or this, which would cost an attempt.
    const within_ms = Math.max(0, timeBefore(job, invocation))
    const payload = await openPayload(context, job.payloadKey, within_ms)
    if (!payload.ok) return { job, problem: { kind: 'refused', reason: payload.reason } }
    // Were it given back, the next invocation might be as slow, and so on without end.
    if (!hasTimeFor(job, invocation)) return later(job, 'it took too long')
    return { job: { ...job, payload: payload.value } }
  } catch (error) {
    return later(job, error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  }
}

const later = (job: Job, why: string): Member => ({
  job,
  problem: { kind: 'unknown', reason: `the payload ${job.payloadKey} could not be read: ${why}` },
})
