/** Starts a few environments of each function beforehand: the waits in the table are not those of a cold start. */
import type { Cloud } from '../local/cloud.ts'

const ENVIRONMENTS = { JobsDispatcher: 3, JobsWorker: 4, JobsIngest: 1 }

export async function warmUp(cloud: Cloud): Promise<number> {
  const names = Object.entries(ENVIRONMENTS).flatMap(([name, count]) => Array<string>(count).fill(name))
  await Promise.all(names.map((name) => cloud.invoke(name, { Records: [] })))
  return names.length
}
