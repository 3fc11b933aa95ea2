/** The Lambda handler that runs the demo's tasks. */
import { createWorker } from '../lib/worker.ts'
import { TASKS } from './tasks.ts'

export const handler = createWorker(TASKS)
