import { App, Duration } from 'aws-cdk-lib'
import { SluiceStack } from '../../../cdk/stack.ts'
import { configOf, type Version } from './config.ts'

const version = process.env['UPDATE_VERSION'] as Version
const app = new App()
new SluiceStack(app, 'Updated', {
  config: configOf(version),
  worker: 'test/e2e/update/worker.ts',
  workerOptions: {
    timeout: Duration.seconds(10),
    environment: { RECORDER_URL: process.env['RECORDER_URL'] ?? '', UPDATE_VERSION: version },
  },
})
app.synth()
