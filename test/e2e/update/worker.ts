import { createWorker } from '../../../lib/worker.ts'
import { added, lowered } from './tasks.ts'

export const handler = createWorker(process.env['UPDATE_VERSION'] === 'first' ? [lowered] : [lowered, added])
