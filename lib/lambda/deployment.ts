/** Carries out what CloudFormation asks of `Custom::SluiceDeployment`. */
import * as z from 'zod'
import {
  type Answer,
  answer,
  type CustomResourceRequest,
} from '../adapters/cloudformation/custom-resource.ts'
import type { Clock } from '../ports/clock.ts'
import type { DeploymentLog } from '../ports/deployment.ts'
import type { Events } from '../ports/events.ts'
import type { Logger } from '../ports/logger.ts'
import { deployed } from '../use-cases/deployed.ts'

const propertiesSchema = z.object({
  stage: z.enum(['begins', 'ends']),
  configuration: z.string().min(1),
})

export interface DeploymentContext {
  readonly log: DeploymentLog
  readonly clock: Clock
  readonly events: Events
  /** Makes the schedules stand there that the new configuration declares. */
  readonly applySchedules: () => Promise<unknown>
  /** Looks at all shards, once the new configuration is in force: for a raised limit, for a queue that is new. */
  readonly sweep: () => Promise<number>
}

/** CloudFormation gets its answer first; what becomes of schedules, and what the sweep finds, is no business of the deployment's. */
export async function onDeployment(
  context: () => DeploymentContext,
  logger: Logger,
  request: CustomResourceRequest,
): Promise<number> {
  const outcome = await carryOut(context, logger, request)
  await answer(request, outcome)
  const inForce = request.RequestType !== 'Delete' && request.ResourceProperties['stage'] === 'ends'
  if (!outcome.ok || !inForce) return 0
  const { applySchedules, sweep } = context()
  await applySchedules().catch((error: unknown) =>
    logger.error('declared schedules were not applied; the next tick tries again', { error }),
  )
  return sweep().catch((error: unknown) => {
    logger.error('the sweep after a deployment failed; the next one comes by itself', { error })
    return 0
  })
}

/** The record goes with the table. And a deletion that fails would leave a stack that nobody can delete. */
async function carryOut(
  context: () => DeploymentContext,
  logger: Logger,
  { RequestType, RequestId, ResourceProperties }: CustomResourceRequest,
): Promise<Answer> {
  if (RequestType === 'Delete') return { ok: true }
  try {
    await deployed(context(), { requestId: RequestId, ...propertiesSchema.parse(ResourceProperties) })
    return { ok: true }
  } catch (error) {
    logger.error('a deployment could not be recorded', { error })
    return { ok: false, reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}
