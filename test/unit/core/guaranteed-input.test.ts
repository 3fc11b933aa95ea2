import { describe, expect, test } from 'vitest'
import { type ConfigInput, defineConfig, type QueueInput } from '../../../lib/core/queue/config.ts'

const BY_CUSTOMER = { partition: { payload: 'customer' }, total: 50 } as const
const totalOf = (crm: QueueInput) => defineConfig({ queues: { crm } }).queues.crm.limiters[0]

describe('a guarantee', () => {
  test('is a part of the total, by the partition as it stands in keys', () => {
    const guaranteed = { acme: 10, 'a|b%': 5 }
    expect(totalOf({ ...BY_CUSTOMER, guaranteed })?.guaranteed).toEqual({ acme: 10, 'a%7Cb%25': 5 })
  })

  test('of all that there is may be given, and none at all', () => {
    expect(totalOf({ ...BY_CUSTOMER, guaranteed: { acme: 30, bolt: 20 } })?.guaranteed).toBeDefined()
    expect(totalOf(BY_CUSTOMER)).not.toHaveProperty('guaranteed')
    expect(totalOf({ ...BY_CUSTOMER, guaranteed: {} })?.guaranteed).toEqual({})
  })

  test('names the values of a rule with several', () => {
    const partition = { payload: ['country', 'customer'] }
    expect(totalOf({ ...BY_CUSTOMER, partition, guaranteed: { 'at,acme': 1 } })?.guaranteed).toEqual({
      'at,acme': 1,
    })
  })

  test('stays what people wrote', () => {
    const input: ConfigInput = { queues: { crm: { ...BY_CUSTOMER, guaranteed: { acme: 10 } } } }
    expect(defineConfig(defineConfig(input).input).queues['crm']).toEqual(defineConfig(input).queues['crm'])
  })

  test.each<[string, QueueInput, RegExp]>([
    ['without a total', { partition: 'task', guaranteed: { sync: 1 } }, /crm\.guaranteed.*part of the total/],
    ['without a partition rule', { total: 5, guaranteed: { acme: 1 } }, /crm\.guaranteed.*partition rule/],
    ['above the total', { ...BY_CUSTOMER, guaranteed: { acme: 30, bolt: 21 } }, /51 units.*total is 50/],
    ['of a total that is paused', { ...BY_CUSTOMER, total: 0, guaranteed: { acme: 1 } }, /total is 0/],
    ['of nothing', { ...BY_CUSTOMER, guaranteed: { acme: 0 } }, /guaranteed\.acme.*at least one/],
    ['below nothing', { ...BY_CUSTOMER, guaranteed: { acme: -1 } }, /guaranteed\.acme.*at least one/],
    ['of a part', { ...BY_CUSTOMER, guaranteed: { acme: 1.5 } }, /guaranteed\.acme/],
    ['to nobody', { ...BY_CUSTOMER, guaranteed: { '': 1 } }, /guaranteed\..*empty/],
    ['to half a character', { ...BY_CUSTOMER, guaranteed: { '\ud800': 1 } }, /half of a character/],
    [
      'to a name that is too long',
      { ...BY_CUSTOMER, guaranteed: { ['a'.repeat(257)]: 1 } },
      /longer than 256/,
    ],
    [
      'to one value of two',
      { ...BY_CUSTOMER, partition: { payload: ['a', 'b'] }, guaranteed: { acme: 1 } },
      /2 values/,
    ],
    [
      'beyond what a partition may run',
      { ...BY_CUSTOMER, concurrency: 5, guaranteed: { acme: 6 } },
      /never use 6/,
    ],
  ])('is refused %s', (_what, crm, message) => {
    expect(() => totalOf(crm)).toThrow(message)
  })

  test('is refused beyond what is derived from an app', () => {
    const apps = { hubspot: { rate: 20, frequency_s: 2 } }
    const crm = { ...BY_CUSTOMER, app: 'hubspot', guaranteed: { acme: 6 } } as const
    expect(() => defineConfig({ apps, queues: { crm } })).toThrow(/concurrency of 5, so it could never use 6/)
  })
})
