import { describe, expect, test } from 'vitest'
import {
  afterStep,
  type DeploymentRecord,
  type DeploymentStep,
  isReplaced,
} from '../../../lib/core/deployment.ts'
import { NOW } from '../../support/builders.ts'

type Step = readonly [DeploymentStep['stage'], configuration: string]
const deploy = (configuration: string): Step[] => [
  ['begins', configuration],
  ['ends', configuration],
]
let requests = 0
const request = ([stage, configuration]: Step): DeploymentStep => ({
  requestId: `request-${requests++}`,
  stage,
  configuration,
})

function recordAfter(...steps: readonly Step[]): DeploymentRecord {
  let record: DeploymentRecord | undefined
  for (const step of steps) record = afterStep(record, request(step), NOW)
  if (!record) throw new Error('nothing happened')
  return record
}
const replacedOf = (record: DeploymentRecord, at = NOW): string[] =>
  ['one', 'two', 'three'].filter((configuration) => isReplaced(record, configuration, at))

describe('who may not decide any more', () => {
  test.each<[string, Step[], string[]]>([
    ['nobody, when the first deploy ends', deploy('one'), []],
    ['nobody, while both versions of the functions run', [...deploy('one'), ['begins', 'two']], []],
    ['the old one, when the new one is everywhere', [...deploy('one'), ...deploy('two')], ['one']],
    ['both old ones, after two deploys', ['one', 'two', 'three'].flatMap(deploy), ['one', 'two']],
    ['the newer one, after a deploy of the older one', ['one', 'two', 'one'].flatMap(deploy), ['two']],
    [
      'the new one, if the deploy fails before it is everywhere',
      [...deploy('one'), ['begins', 'two'], ['begins', 'one']],
      ['two'],
    ],
    [
      'the new one, if the deploy fails after that',
      [...deploy('one'), ...deploy('two'), ...deploy('one')],
      ['two'],
    ],
    [
      'the new one, if the roll-back goes through the resources from behind',
      [...deploy('one'), ...deploy('two'), ['ends', 'one'], ['begins', 'one']],
      ['two'],
    ],
    ['neither, while a roll-back is under way', [...deploy('one'), ...deploy('two'), ['begins', 'one']], []],
    [
      'the failed one, when the next deploy begins',
      [...deploy('one'), ['begins', 'two'], ['begins', 'one'], ['begins', 'three']],
      ['two'],
    ],
    ['nobody, after a deploy of the same', [...deploy('one'), ...deploy('one')], []],
  ])('%s', (_, steps, replaced) => {
    expect(replacedOf(recordAfter(...steps))).toEqual(replaced)
  })

  test('nobody of whom nothing is known', () => {
    expect(isReplaced(undefined, 'one', NOW)).toBe(false)
    expect(isReplaced(recordAfter(...deploy('one')), 'constructor', NOW)).toBe(false)
  })

  test('nobody after half an hour: its invocations are over, and the code has come back by hand', () => {
    const record = recordAfter(...deploy('one'), ...deploy('two'))
    expect(replacedOf(record, NOW + 30 * 60_000 - 1)).toEqual(['one'])
    expect(replacedOf(record, NOW + 30 * 60_000)).toEqual([])
  })
})

describe('the record', () => {
  test('counts the configurations that came into force', () => {
    expect(recordAfter(...deploy('one'))).toMatchObject({ number: 1, configuration: 'one' })
    expect(recordAfter(...deploy('one'), ['begins', 'two'], ['begins', 'one'])).toMatchObject({ number: 1 })
    expect(recordAfter(...['one', 'two', 'one'].flatMap(deploy))).toMatchObject({
      number: 3,
      configuration: 'one',
    })
  })

  test('does not change by a request that comes twice, even after others', () => {
    const twice = request(['begins', 'two'])
    const record = afterStep(recordAfter(...deploy('one')), twice, NOW)
    expect(afterStep(record, twice, NOW)).toBeUndefined()
    expect(afterStep(afterStep(record, request(['begins', 'one']), NOW), twice, NOW)).toBeUndefined()
  })

  test('does not grow with the number of deploys', () => {
    let record: DeploymentRecord | undefined
    for (let deploys = 0; deploys < 1000; deploys++)
      record = afterStep(record, request(['ends', `c${deploys}`]), NOW + deploys * 60_000)
    expect(Object.keys(record?.replaced ?? {})).toHaveLength(30)
    expect(record?.requests.length).toBeLessThanOrEqual(20)
  })
})
