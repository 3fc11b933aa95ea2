import { App, Duration } from 'aws-cdk-lib'
import { EventField } from 'aws-cdk-lib/aws-events'
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam'
import { SluiceStack } from '../../../cdk/stack.ts'
import config from './config.ts'

const app = new App()
const stack = new SluiceStack(app, 'EndToEnd', {
  config,
  worker: 'test/e2e/app/worker.ts',
  workerOptions: {
    timeout: Duration.seconds(13),
    environment: { RECORDER_URL: process.env['RECORDER_URL'] ?? '' },
  },
  sweepEvery: Duration.minutes(1),
})
const { jobs } = stack
jobs.grantEnqueue(new Role(stack, 'Enqueuer', { assumedBy: new AccountRootPrincipal() }))
jobs.grantReplace(new Role(stack, 'Replacer', { assumedBy: new AccountRootPrincipal() }))
jobs.grantManage(new Role(stack, 'Manager', { assumedBy: new AccountRootPrincipal() }))
const payload = {
  customer: EventField.fromPath('$.detail.customer'),
  name: EventField.fromPath('$.detail.name'),
}
const pattern = { source: ['shop'], detailType: ['order.placed'] }
// Two triggers for one event make two jobs.
jobs.addTrigger('OrderPlaced', { pattern, task: { name: 'serial', queue: 'serial' }, payload })
jobs.addTrigger('OrderPlacedToo', {
  pattern,
  task: { name: 'serial', queue: 'serial' },
  payload,
  priority: 9,
})
jobs.addTrigger('TokensAsked', {
  pattern: { source: ['shop'], detailType: ['tokens.asked'] },
  task: { name: 'tokens', queue: 'tokens' },
  payload,
  cost: EventField.fromPath('$.detail.cost'),
})
app.synth()
