/** CloudFormation tells the tick function when a deploy, or a roll-back, brings another configuration. */
import { CustomResource, Duration } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Config } from '../lib/core/queue/config.ts'
import { DEPLOYMENT_WAIT_MS } from '../lib/core/times.ts'
import { hashOf } from './configuration.ts'
import type { Functions } from './functions.ts'

/** The type of the two resources in the template. */
export const DEPLOYMENT = 'Custom::SluiceDeployment'

/**
 * Two resources that only exist to be updated in this order: the tick function gets its new code, the change *begins*,
 * the functions that decide get theirs, the change *ends*. A roll-back updates them again, with the properties of before.
 * Were there only the second, a roll-back that comes before it would leave functions of the failed deploy at work.
 */
export function followDeployments(scope: Construct, functions: Functions, config: Config): void {
  const { tick, dispatcher, worker, ingest } = functions
  const step = (id: string, stage: 'begins' | 'ends') =>
    new CustomResource(scope, id, {
      resourceType: DEPLOYMENT,
      serviceToken: tick.functionArn,
      serviceTimeout: Duration.millis(DEPLOYMENT_WAIT_MS),
      properties: { stage, configuration: hashOf(config) },
    })
  const begins = step('DeploymentBegins', 'begins')
  const ends = step('DeploymentEnds', 'ends')
  begins.node.addDependency(tick)
  for (const decides of [dispatcher, worker, ingest]) {
    decides.node.addDependency(begins)
    ends.node.addDependency(decides)
  }
}
