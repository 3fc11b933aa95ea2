import { describe, expect, test } from 'vitest'
import { requeued } from '../../../lib/core/job/requeue.ts'
import { homeShard } from '../../../lib/core/limits/shards.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { asId, asShard, jobItem, reason, value } from '../../support/builders.ts'

const config = defineConfig({
  queues: {
    crm: { partition: { payload: 'customer' }, concurrency: 1 },
    tenants: { partition: { payload: 'tenant' }, concurrency: 1 },
    large: { partition: { payload: 'customer' }, shards: 4 },
    mail: { concurrency: 1 },
  },
})
const pkOf = (pk: string, to?: string, payload: unknown = { customer: 'a|b' }) =>
  value(requeued(config, jobItem({ pk: asShard(pk), payload }), to)).pk

describe('a job', () => {
  test.each([
    [
      'stays in the partition that it was put in, whatever its rule says',
      'crm|given',
      undefined,
      'crm|given',
    ],
    ['of a queue that has a rule by now goes by it', 'crm', undefined, 'crm|a%7Cb'],
    ['of a queue that has no rule any more has no partition', 'mail|acme', undefined, 'mail'],
    ['goes by the rule of its new queue', 'mail', 'crm', 'crm|a%7Cb'],
    ['goes by the rule of its new queue, and not by its old partition', 'old|given', 'crm', 'crm|a%7Cb'],
    [
      'keeps its partition if it lacks what the rule of its new queue names',
      'old|given',
      'tenants',
      'tenants|given',
    ],
    ['leaves its partition if its new queue has none', 'crm|given', 'mail', 'mail'],
    ['whose key makes no sense goes by the rule of its new queue', 'c r m|50%', 'crm', 'crm|a%7Cb'],
  ])('%s', (_what, pk, to, now) => {
    expect(pkOf(pk, to)).toBe(now)
  })

  test('comes into the shard of its id, by the number of shards that there are', () => {
    const home = homeShard({ queue: 'large', partition: 'acme' }, asId('job'), 4)
    expect(pkOf('large|acme')).toBe(home)
    expect(pkOf('large|acme|77')).toBe(home)
    expect(pkOf('crm|acme|3')).toBe('crm|acme')
  })

  test('keeps all else that it brings', () => {
    const item = { ...jobItem({ attempt: 3 }), note: 'mine', meta: { a: 1 } }
    expect(value(requeued(config, item))).toEqual(item)
  })

  test.each([
    ['there is no queue', jobItem({ pk: asShard('gone') }), undefined],
    ['there is no queue', jobItem(), 'gone'],
    ['is not <priority', { ...jobItem(), sk: '5#soon' }, undefined],
    ['does not begin with the name', jobItem({ pk: asShard(' |a') }), undefined],
    ['payload.customer must be', jobItem({ pk: asShard('crm'), payload: {} }), undefined],
    ['payload.tenant must be', jobItem({ pk: asShard('mail') }), 'tenants'],
    ['task', { ...jobItem(), task: 7 }, undefined],
    [
      'nested deeper',
      jobItem({ payload: Array.from({ length: 40 }).reduce((inner) => [inner], 1) }),
      undefined,
    ],
  ])('that could not run is refused: %s', (why, item, to) => {
    expect(reason(requeued(config, item, to))).toContain(why)
  })
})
