/** What somebody does while jobs wait and run: each time a little after one of them comes. */
import type { SimRandom } from '../world/random.ts'
import type { JobPlan } from './plan.ts'

/**
 * @param most how often at the most
 * @param draw what is done at that time, which is not after `end`
 */
export const amidJobs = <T>(
  random: SimRandom,
  { jobs, end, most }: { readonly jobs: readonly JobPlan[]; readonly end: number; readonly most: number },
  draw: (job: JobPlan, at: number) => readonly T[],
): T[] =>
  Array.from({ length: random.int(1, most) }, () => {
    const job = jobs[random.int(0, jobs.length - 1)]
    return job ? draw(job, Math.min(end, job.at + random.skewed(1, 5000))) : []
  }).flat()
