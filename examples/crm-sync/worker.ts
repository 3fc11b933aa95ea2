/** The Lambda handler that runs the tasks. */
import { createWorker } from '../../lib/worker.ts'
import { syncContact } from './tasks.ts'

export const handler = createWorker([syncContact])
