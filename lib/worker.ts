/**
 * What a worker's file imports: `sluice/worker`. It has an entry of its own, because only here are Middy and Powertools
 * needed: an app, CommonJS or not, loads its configuration, its tasks, the client and the construct without them.
 */

export { createWorker, type WorkerHandler } from './api/worker.ts'
export type { BatchResponse, LambdaHandler } from './lambda/entry.ts'
