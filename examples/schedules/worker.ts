/** The Lambda handler that runs the tasks. */
import { createWorker } from '../../lib/worker.ts'
import { cleanUp, remind, report } from './tasks.ts'

export const handler = createWorker([report, remind, cleanUp])
