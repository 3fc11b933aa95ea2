import { createWorker } from '../../../lib/worker.ts'
import { heavy, light, limited, patient, serial, shared, sized, wide } from './tasks.ts'

export const handler = createWorker([serial, limited, patient, wide, heavy, light, shared, sized])
