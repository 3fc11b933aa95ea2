/** One environment for the worker, and times so short that a test can wait for them. */
import { App, type CfnResource, Duration, type IResource } from 'aws-cdk-lib'
import { SluiceStack } from '../../../cdk/stack.ts'
import config from './config.ts'

const app = new App()
const { jobs } = new SluiceStack(app, 'Outlive', {
  config,
  worker: process.env['OUTLIVE_WORKER'] ?? '',
  workerOptions: { timeout: Duration.seconds(6), reservedConcurrentExecutions: 1 },
})
const set = (construct: IResource, property: string, seconds: number): void =>
  (construct.node.defaultChild as CfnResource).addPropertyOverride(property, seconds)
set(jobs.worker, 'Timeout', 2)
set(jobs.workQueue, 'VisibilityTimeout', 4)
app.synth()
