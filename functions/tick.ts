/** Woken by the clock, every minute for what is due and every few minutes to sweep, and by CloudFormation. */
import * as z from 'zod'
import { parseRequest } from '../lib/adapters/cloudformation/custom-resource.ts'
import { sqsWakeQueue } from '../lib/adapters/sqs/queues.ts'
import { systemClock } from '../lib/adapters/system/clock.ts'
import { NO_SETTINGS } from '../lib/core/queue/queue-settings.ts'
import { deploymentLogFor, events, logger, once, sqsClient, storeFor } from '../lib/lambda/context.ts'
import { onDeployment } from '../lib/lambda/deployment.ts'
import { lambda } from '../lib/lambda/entry.ts'
import { readConfig, readConfigHash, readEnvironment } from '../lib/lambda/environment.ts'
import { deploymentOf } from '../lib/use-cases/deployed.ts'
import { applyDeclared } from '../lib/use-cases/schedules/apply-declared.ts'
import { sweep } from '../lib/use-cases/sweep/sweep.ts'
import { tick } from '../lib/use-cases/tick.ts'

const eventSchema = z.object({ kind: z.enum(['tick', 'sweep']) })

const context = once(() => {
  const env = readEnvironment([
    'SLUICE_JOBS_TABLE',
    'SLUICE_STATE_TABLE',
    'SLUICE_HISTORY_TABLE',
    'SLUICE_SCHEDULES_TABLE',
    'SLUICE_WAKE_QUEUE_URL',
  ])
  return {
    config: readConfig(),
    store: storeFor({
      jobs: env.SLUICE_JOBS_TABLE,
      state: env.SLUICE_STATE_TABLE,
      history: env.SLUICE_HISTORY_TABLE,
      schedules: env.SLUICE_SCHEDULES_TABLE,
    }),
    wake: sqsWakeQueue(sqsClient(), env.SLUICE_WAKE_QUEUE_URL),
    clock: systemClock,
    events,
    // It passes over no shard, so it does not have to know which queues are paused.
    deployment: deploymentOf(readConfigHash(), {
      log: deploymentLogFor(env.SLUICE_STATE_TABLE),
      settings: async () => NO_SETTINGS,
      clock: systemClock,
      events,
    }),
  }
})

const applySchedules = async () => applyDeclared(context(), readConfigHash())

/** Made when it is needed: whatever is wrong with it, CloudFormation gets an answer. */
const deploymentContext = (remaining_ms: () => number) => {
  const { SLUICE_STATE_TABLE } = readEnvironment(['SLUICE_STATE_TABLE'])
  const log = deploymentLogFor(SLUICE_STATE_TABLE)
  return {
    log,
    clock: systemClock,
    events,
    applySchedules,
    sweep: () => sweep(context(), { remaining_ms }),
  }
}

/** What is due comes first: only time brings it. */
async function onTick(): Promise<number> {
  const woken = await tick(context())
  await applySchedules()
  return woken
}

export const handler = lambda<unknown, { readonly woken: number }>(async (event, invocation) => {
  const remaining_ms = () => invocation.getRemainingTimeInMillis()
  const request = parseRequest(event)
  if (request) return { woken: await onDeployment(() => deploymentContext(remaining_ms), logger, request) }
  const { kind } = eventSchema.parse(event)
  return { woken: await (kind === 'tick' ? onTick() : sweep(context(), { remaining_ms })) }
})
