import { createWorker } from '../../../lib/worker.ts'
import { stubborn } from './tasks.ts'

export const handler = createWorker([stubborn])
