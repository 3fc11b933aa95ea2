/** Which versions of the configuration can run a job: those that have its queue, its partition rule and its task. */
import { tasksIn } from '../workloads/handlers.ts'
import type { Plan } from '../workloads/plan.ts'
import { knows } from '../workloads/versions.ts'
import type { Standing } from './lineage.ts'

export const isRunnableIn = (plan: Plan, version: number, { pk, item }: Standing): boolean =>
  knows((plan.versions[version] ?? plan.versions[0]).config, pk) &&
  tasksIn(version, plan).some(({ name, queue }) => name === item['task'] && queue === pk.split('|')[0])

/** A job of an old rule and a new task may have no version at all; what is malformed is dealt with by any. */
export const hasVersion = (plan: Plan, standing: Standing): boolean =>
  standing.lineage.malformed || plan.versions.some((_, version) => isRunnableIn(plan, version, standing))
