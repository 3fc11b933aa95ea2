import { App, Stack } from 'aws-cdk-lib'
import { EventBus, EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events'
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { expect, test } from 'vitest'
import { targetInput } from '../../local/bus/input.ts'
import type { Json } from '../../local/json.ts'
import type { Target } from '../../local/resources/rules.ts'

const event: Json = {
  id: '1',
  source: 'shop',
  time: '2030-01-01T00:00:00Z',
  detail: { name: 'say "hi"', n: 3, list: [1, { a: 2 }], flag: false },
}
const rule = { name: 'placed', arn: 'arn:rule' }

/** What CDK makes of a target's input is what has to be understood here. */
function targetOf(message: RuleTargetInput): Target {
  const stack = new Stack(new App(), 'S')
  const placed = new Rule(stack, 'Rule', {
    eventBus: new EventBus(stack, 'Bus'),
    eventPattern: { source: ['shop'] },
  })
  placed.addTarget(new SqsQueue(new Queue(stack, 'Queue'), { message }))
  const { Resources } = toTemplate(stack)
  const [target] =
    Object.values(Resources).find(({ Type }) => Type === 'AWS::Events::Rule')?.Properties.Targets ?? []
  if (!target) throw new Error('no target')
  return target
}

type Resource = { Type: string; Properties: { Targets: Target[] } }

function toTemplate(stack: Stack): { Resources: Record<string, Resource> } {
  return (App.of(stack) as App).synth().getStackByName(stack.stackName).template
}

test('an object of fields', () => {
  const detail = (name: string) => EventField.fromPath(`$.detail.${name}`)
  const target = targetOf(
    RuleTargetInput.fromObject({
      text: detail('name'),
      number: detail('n'),
      list: detail('list'),
      second: detail('list[1].a'),
      flag: detail('flag'),
      missing: detail('missing'),
      mixed: `<${detail('name')}> of ${EventField.source}`,
      fixed: { deep: [true] },
    }),
  )
  expect(JSON.parse(targetInput(target, event, rule))).toEqual({
    text: 'say "hi"',
    number: 3,
    list: [1, { a: 2 }],
    second: 2,
    flag: false,
    missing: '',
    mixed: '<say "hi"> of shop',
    fixed: { deep: [true] },
  })
})

test('a part of the event', () => {
  const target = targetOf(RuleTargetInput.fromEventPath('$.detail.list'))
  expect(targetInput(target, event, rule)).toBe('[1,{"a":2}]')
})

test('a constant', () => {
  const target = targetOf(RuleTargetInput.fromObject({ fixed: true }))
  expect(targetInput(target, event, rule)).toBe('{"fixed":true}')
})

test('the whole event, and what EventBridge knows about it', () => {
  const InputTemplate = '{"rule":"<aws.events.rule-name>","event":<aws.events.event.json>}'
  const target = { Id: 'a', Arn: 'b', InputTransformer: { InputPathsMap: {}, InputTemplate } }
  expect(JSON.parse(targetInput(target, event, rule))).toEqual({ rule: 'placed', event })
})
