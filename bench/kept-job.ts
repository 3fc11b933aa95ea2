/** A job whose payload is kept in the bucket, as a client puts it. */
import type { JobItem } from '../lib/core/job/job.ts'
import { payloadKeyFor } from '../lib/core/job/payload-key.ts'
import type { Jobs, Scenario } from './harness.ts'

export function newKeptJob(scenario: Scenario, customer: string, jobs: Jobs): JobItem {
  const { payload, ...item } = scenario.newJob(customer, jobs)
  const text = JSON.stringify(payload)
  const payloadKey = payloadKeyFor(text, 0)
  if (!payloadKey) throw new Error('a payload that JSON cannot say has no key')
  void scenario.context.payloads.put(payloadKey, text)
  return { ...item, payloadKey }
}
