import { createWorker } from '../../../lib/worker.ts'
import { isStage } from './stages.ts'
import { tasksOf } from './tasks.ts'

const stage = process.env['DEPLOY_VERSION']
if (!isStage(stage)) throw new Error('DEPLOY_VERSION is not set to a stage of the test')

export const handler = createWorker([...tasksOf(stage)])
