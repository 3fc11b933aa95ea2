import { createWorker } from '../../../lib/worker.ts'
import { NEW, OLD } from './tasks.ts'

export const handler = createWorker([...(process.env['DEPLOY_VERSION'] === 'first' ? OLD : NEW)])
