/** What a user may put around the worker: a middleware that ends the invocation a second before its timeout. */
import middy from '@middy/core'
import { createWorker } from '../../../lib/worker.ts'
import { stubborn } from './tasks.ts'

export const handler = middy(createWorker([stubborn]), { timeoutEarlyInMillis: 1000 })
