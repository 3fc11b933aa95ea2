/** The app that the test deploys again and again. `DEPLOY_STAGE` says which deploy it is. */
import { App, CfnResource, Duration } from 'aws-cdk-lib'
import { EventField } from 'aws-cdk-lib/aws-events'
import { SluiceStack } from '../../../cdk/stack.ts'
import { configOf } from './config.ts'
import { allowBatches } from './emulated.ts'
import { isFailing, isStage } from './stages.ts'

const stage = process.env['DEPLOY_STAGE']
if (!isStage(stage)) throw new Error('DEPLOY_STAGE is not set to a stage of the test')

const app = new App()
const stack = new SluiceStack(app, 'Deployed', {
  config: configOf(stage),
  worker: 'test/deploy/app/worker.ts',
  workerOptions: {
    timeout: Duration.seconds(30),
    environment: { WITNESS_URL: process.env['WITNESS_URL'] ?? '' },
    bundling: { define: { 'process.env.DEPLOY_VERSION': JSON.stringify(stage) } },
  },
  sweepEvery: Duration.minutes(1),
})
stack.jobs.addTrigger('OrderPlaced', {
  pattern: { source: ['shop'], detailType: ['order.placed'] },
  task: { name: 'ways', queue: 'ways' },
  payload: {
    customer: EventField.fromPath('$.detail.customer'),
    name: EventField.fromPath('$.detail.name'),
  },
})
if (isFailing(stage)) {
  const nobody = 'arn:aws:lambda:us-east-1:000000000000:function:nobody'
  const properties = { ServiceToken: nobody }
  const invalid = new CfnResource(stack, 'Invalid', { type: 'Custom::Invalid', properties })
  // In the middle of the change, or when all of it is through and has to be taken back.
  invalid.node.addDependency(stage === 'early' ? stack.jobs.worker : stack.jobs)
}
allowBatches(app)
app.synth()
