import { createWorker } from '../../../lib/index.ts'
import { stubborn } from './tasks.ts'

export const handler = createWorker([stubborn])
