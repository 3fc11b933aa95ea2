/** What has become of a job, in a line for people. */
import type { EndedJob } from '../job/ended-job.ts'
import { timeText } from './reason-text.ts'
import { waitText } from './wait-text.ts'

/** @param at when it was looked at */
export function endedText(job: EndedJob, at: number): string {
  const { ending, endedAt, attempt, error } = job
  const tried = attempt === 1 ? '' : `, attempt ${attempt}`
  const told = [...(error === undefined ? [] : [error]), ...waited(job)].join('; ')
  return `${ending} at ${timeText(endedAt, at)}${tried}${told === '' ? '' : `: ${told}`}`
}

/** One that has never started, for it was too late or somebody has cancelled it, says nothing of a wait. */
const waited = (job: EndedJob): string[] =>
  job.waited_ms === undefined && (job.ending === 'expired' || job.ending === 'cancelled')
    ? []
    : [waitText(job)]
