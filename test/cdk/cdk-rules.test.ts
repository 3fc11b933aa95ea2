/** What the CDK's own rules, which `cdk synth` only warns of unless it is told otherwise, say of a template: nothing. */
import { App, CfnResource, Duration, type Stack } from 'aws-cdk-lib'
import { expect, test } from 'vitest'
import { SluiceStack } from '../../cdk/stack.ts'
import { CONFIG, WORKER } from './synth.ts'

const STRICT = { 'aws:cdk:bundling-stacks': [], '@aws-cdk/core:validateAgainstDefaultRules': true }

function synthesise(extend: (stack: Stack) => void = () => {}): void {
  const app = new App({ context: STRICT })
  const props = { accountConcurrency: 1000, sweepEvery: Duration.minutes(1) }
  extend(new SluiceStack(app, 'Sluice', { config: CONFIG, worker: WORKER, ...props }))
  app.synth()
}

test('the CDK’s own rules find nothing', () => {
  expect(() => synthesise()).not.toThrow()
})

test('they do look', () => {
  const careless = (stack: Stack) =>
    void new CfnResource(stack, 'Careless', { type: 'AWS::SQS::Queue', properties: { DelaySeconds: 'soon' } })
  expect(() => synthesise(careless)).toThrow(/validation/i)
})
