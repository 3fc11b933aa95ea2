import { App, type Stack, Validations } from 'aws-cdk-lib'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { AwsSolutionsChecks } from 'cdk-nag'
import { expect, test } from 'vitest'
import { SluiceStack } from '../../cdk/stack.ts'
import { CONFIG, WORKER } from './synth.ts'

/** Synthesis fails when the rule pack finds something. */
function check(extend: (stack: Stack) => void = () => {}): SluiceStack {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  const stack = new SluiceStack(app, 'Sluice', { config: CONFIG, worker: WORKER })
  extend(stack)
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  app.synth()
  return stack
}

test('cdk-nag’s AwsSolutions pack finds nothing', () => {
  expect(() => check()).not.toThrow()
})

test('it does look', () => {
  expect(() => check((stack) => void new Queue(stack, 'Careless'))).toThrow(/validation/i)
})

test('what is acknowledged has its reason', () => {
  const acknowledged = check()
    .node.findAll()
    .flatMap(({ node }) => node.metadata.map(({ type, data }) => ({ path: node.path, type, data })))
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
  const reasons = Object.groupBy(acknowledged, ({ path }) => path)
  expect(Object.keys(reasons).toSorted()).toEqual([
    'Sluice/Jobs/IngestRole',
    'Sluice/Jobs/PayloadsBucket',
    'Sluice/Jobs/StreamFailures',
    'Sluice/Jobs/WorkerRole',
  ])
  const said = (name: string) => JSON.stringify(reasons[`Sluice/Jobs/${name}`])
  expect(said('StreamFailures')).toMatch(/AwsSolutions-SQS3.*on-failure destination/)
  expect(said('PayloadsBucket')).toMatch(/AwsSolutions-S1.*CloudTrail/)
  for (const role of ['IngestRole', 'WorkerRole'])
    expect(said(role)).toMatch(/AwsSolutions-IAM5.*\/90d\/\*.*AwsSolutions-IAM5.*\/400d\/\*/)
})
