import { createWorker } from '../../../lib/index.ts'
import { limited, serial, wide } from './tasks.ts'

export const handler = createWorker([serial, limited, wide])
