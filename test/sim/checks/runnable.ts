/** Which versions of the configuration can run a job: those that have its queue, its partition rule and its task. */
import { tasksIn } from '../workloads/handlers.ts'
import type { Plan } from '../workloads/plan.ts'
import { knows } from '../workloads/versions.ts'
import type { Standing } from './lineage.ts'

export const isRunnableIn = (plan: Plan, version: number, { pk, item }: Standing): boolean =>
  knows((plan.versions[version] ?? plan.versions[0]).config, pk) &&
  tasksIn(version, plan).some(({ name, queue }) => name === item['task'] && queue === pk.split('|')[0])

/** A payload that only its task's schema refuses, so only a worker that knows the task. */
const PAYLOAD_OF_NO_TASK = 'no plan'

/** What is wrong with it can be seen without its task: any version refuses it. */
export const isRefusedByAny = ({ lineage, item }: Standing): boolean =>
  lineage.malformed && item['payload'] !== PAYLOAD_OF_NO_TASK

/** A job of an old rule and a new task may have no version at all: it stays until one knows both. */
export const hasVersion = (plan: Plan, standing: Standing): boolean =>
  isRefusedByAny(standing) || plan.versions.some((_, version) => isRunnableIn(plan, version, standing))
