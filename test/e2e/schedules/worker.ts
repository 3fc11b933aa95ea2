import { createWorker } from '../../../lib/worker.ts'
import { report } from './tasks.ts'

export const handler = createWorker([report])
