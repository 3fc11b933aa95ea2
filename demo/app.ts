/** The demo's CDK app: Sluice's stack, whose worker is told where the CRM is. */
import { App, Duration, RemovalPolicy } from 'aws-cdk-lib'
import { SluiceStack } from '../cdk/stack.ts'
import config from './config.ts'
import { WORKER } from './worker-size.ts'

const crmUrl = process.env['CRM_URL']
if (!crmUrl) throw new Error('CRM_URL is not set: the demo sets it to its own CRM service')

const app = new App()
new SluiceStack(app, 'SluiceDemo', {
  config,
  worker: new URL('./worker.ts', import.meta.url).pathname,
  workerOptions: { timeout: Duration.seconds(18), environment: { CRM_URL: crmUrl } },
  workerBatchSize: WORKER.batchSize,
  workerMaxConcurrency: WORKER.invocations,
  sweepEvery: Duration.minutes(1),
  removalPolicy: RemovalPolicy.DESTROY,
})
app.synth()
