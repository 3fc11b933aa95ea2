import { App, Duration } from 'aws-cdk-lib'
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam'
import { SluiceStack } from '../../../cdk/stack.ts'
import { configOf, type Version } from './config.ts'

const version = process.env['SCHEDULES_VERSION'] as Version
const app = new App()
const stack = new SluiceStack(app, 'Scheduled', {
  config: configOf(version),
  worker: 'test/e2e/schedules/worker.ts',
  workerOptions: {
    timeout: Duration.seconds(14),
    environment: { RECORDER_URL: process.env['RECORDER_URL'] ?? '' },
  },
})
const role = (name: string) => new Role(stack, name, { assumedBy: new AccountRootPrincipal() })
stack.jobs.grantSchedule(role('Scheduler'))
stack.jobs.grantManage(role('Manager'))
app.synth()
