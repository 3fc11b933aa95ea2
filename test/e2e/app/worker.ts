import { createWorker } from '../../../lib/worker.ts'
import { heavy, light, limited, serial, wide } from './tasks.ts'

export const handler = createWorker([serial, limited, wide, heavy, light])
