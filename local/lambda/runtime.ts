/** Runs inside the thread that stands for one execution environment: loads the handler, then serves invocations. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { freeze } from './freezer.ts'
import { loadLikeLambda } from './modules.ts'
import type { Boot, LambdaError, Outcome, Reply, Request } from './outcome.ts'

type Handler = (event: unknown, context: object) => unknown

const boot = workerData as Boot
let requests = 0
loadLikeLambda(boot.dir)
try {
  const handler = await loadHandler()
  parentPort?.on('message', async (request: Request) => {
    requests++
    await reply({ type: 'done', outcome: await run(handler, request) })
  })
  await reply({ type: 'ready' })
} catch (error) {
  parentPort?.postMessage({ type: 'init-error', error: describe(error) } satisfies Reply)
}

/** With the reply the invocation is over: nothing happens here any more until the next one begins. */
async function reply(message: Reply): Promise<void> {
  await Promise.all([written(process.stdout), written(process.stderr)])
  parentPort?.postMessage(message)
  freeze(boot.requests, requests)
}

/** What has been logged is on its way out of the thread, which it could not leave later. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0) return Promise.resolve()
  return new Promise((resolve) => stream.write('', () => resolve()))
}

async function loadHandler(): Promise<Handler> {
  const dot = boot.handler.lastIndexOf('.')
  const path = join(boot.dir, boot.handler.slice(0, dot))
  const name = boot.handler.slice(dot + 1)
  const file = ['.mjs', '.js', '.cjs'].map((suffix) => path + suffix).find(existsSync)
  if (file === undefined) throw new Error(`There is no ${path}.mjs, .js or .cjs`)
  const module = await import(pathToFileURL(file).href)
  const handler = module[name] ?? module.default?.[name]
  if (typeof handler !== 'function') throw new Error(`${file} exports no function "${name}"`)
  return handler
}

async function run(handler: Handler, { requestId, payload, trace, deadline_ms }: Request): Promise<Outcome> {
  process.env['_X_AMZN_TRACE_ID'] = trace
  try {
    const result = await handler(JSON.parse(payload), context(requestId, deadline_ms))
    return { kind: 'success', payload: result === undefined ? undefined : JSON.stringify(result) }
  } catch (error) {
    return { kind: 'failure', reason: 'error', error: describe(error) }
  }
}

function context(awsRequestId: string, deadline_ms: number) {
  const { functionName, functionArn, memory_mb } = boot
  return {
    awsRequestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(memory_mb),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline_ms - Date.now()),
  }
}

function describe(error: unknown): LambdaError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) }
  return { errorType: error.name, errorMessage: error.message, trace: error.stack ?? '' }
}
