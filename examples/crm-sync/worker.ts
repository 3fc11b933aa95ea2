import { createWorker } from '../../lib/index.ts'
import { syncContact } from './tasks.ts'

export const handler = createWorker([syncContact])
