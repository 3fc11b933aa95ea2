/** The app that the test deploys again and again. `DEPLOY_STAGE` says which deploy it is. */
import { App, ArnFormat, CfnResource, Duration } from 'aws-cdk-lib'
import { EventField } from 'aws-cdk-lib/aws-events'
import { SluiceStack } from '../../../cdk/stack.ts'
import { STACKS } from '../targets/stack-names.ts'
import { configOf } from './config.ts'
import { isFailing, isStage } from './stages.ts'

const stage = process.env['DEPLOY_STAGE']
if (!isStage(stage)) throw new Error('DEPLOY_STAGE is not set to a stage of the test')

const app = new App()
const stack = new SluiceStack(app, STACKS.deployed, {
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
  const function_ = { service: 'lambda', resource: 'function', resourceName: 'nobody' }
  const nobody = stack.formatArn({ ...function_, arnFormat: ArnFormat.COLON_RESOURCE_NAME })
  const properties = { ServiceToken: nobody }
  const invalid = new CfnResource(stack, 'Invalid', { type: 'Custom::Invalid', properties })
  // In the middle of the change, or when all of it is through and has to be taken back.
  invalid.node.addDependency(stage === 'early' ? stack.jobs.worker : stack.jobs)
}
app.synth()
