import { createWorker } from '../../../lib/worker.ts'
import { limited, serial, wide } from './tasks.ts'

export const handler = createWorker([serial, limited, wide])
