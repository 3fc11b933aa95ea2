/** What the configuration says of schedules. */
import { describe, expect, test } from 'vitest'
import { type ConfigInput, defineConfig } from '../../../../lib/core/queue/config.ts'
import { schedulePartition } from '../../../../lib/core/schedule/partition-of.ts'
import { scheduleKey } from '../../../../lib/core/schedule/schedule-key.ts'
import { untyped } from '../../../support/untyped.ts'

const configOf = (schedules?: ConfigInput['schedules']) =>
  defineConfig({ queues: { crm: {} }, ...(schedules ? { schedules } : {}) })
const one = { task: 'sync', queue: 'crm', payload: { a: 1 } }

test('without a word there are 32 partitions, all of them are fired, and nothing is declared', () => {
  expect(configOf().schedules).toEqual({ partitions: 32, declared: [] })
})

test('what is declared is kept as it was written, and comes back from JSON', () => {
  const at = new Date('2030-01-31T09:00:00Z')
  const declared = {
    daily: { ...one, cron: '0 9 * * *', timeZone: 'Europe/Berlin', options: { window: '5m' as const } },
    once: { ...one, at },
  }
  const { schedules, input } = configOf({ declared })
  expect(schedules.declared).toEqual([
    {
      ...{ name: 'daily', ...one, options: { window: '5m' } },
      rule: { cron: '0 9 * * *', timeZone: 'Europe/Berlin' },
    },
    { name: 'once', ...one, options: {}, rule: { at } },
  ])
  const again = defineConfig(JSON.parse(JSON.stringify(input)))
  expect(again.schedules.declared[1]?.rule).toEqual({ at: at.toISOString() })
})

describe('a mistake is named by its path', () => {
  test.each<[object, string]>([
    [{ partitions: 0 }, 'schedules.partitions'],
    [{ partitions: 1025 }, 'schedules.partitions'],
    [{ partition: 1 }, 'schedules'],
    [{ partitionBy: { meta: 'a' } }, 'schedules.partitionBy'],
    [{ enabledPartitions: [1, 1] }, 'schedules.enabledPartitions'],
    [{ enabledPartitions: [1024] }, 'schedules.enabledPartitions.0'],
    [{ declared: { '': { ...one, every: '1h' } } }, 'schedules.declared'],
    [{ declared: { a: { ...one, every: '1h', task: '' } } }, 'schedules.declared.a.task'],
    [{ declared: { a: { ...one, every: '1h', odd: 1 } } }, 'schedules.declared.a'],
    [{ declared: { a: { ...one, every: '1h', options: { missed: 'x' } } } }, 'schedules.declared.a.options'],
    [{ declared: { a: one } }, 'schedules.declared.a'],
    [{ declared: { a: { ...one, cron: '* * *' } } }, 'schedules.declared.a'],
    [{ declared: { a: { ...one, cron: '* * * * *', every: 5 } } }, 'schedules.declared.a'],
    [{ declared: { a: { ...one, every: '1h', queue: 'fax' } } }, 'schedules.declared.a.queue'],
    [{ declared: { a: { ...one, every: '1h', queue: 'toString' } } }, 'schedules.declared.a.queue'],
    [{ declared: { a: { task: 'sync', queue: 'crm', every: '1h' } } }, 'schedules.declared.a'],
    [{ declared: { a: { ...one, every: '1h', payload: 'x'.repeat(5000) } } }, 'schedules.declared.a'],
  ])('%j', (schedules, path) => {
    let error: unknown
    try {
      configOf(untyped(schedules))
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ name: 'ConfigurationError', path: expect.stringMatching(`^${path}`) })
  })
})

describe('a declared schedule of which no job can be made', () => {
  const withQueue = (crm: ConfigInput['queues'][string], declared: object) =>
    defineConfig({ queues: { crm }, schedules: { declared: untyped(declared) } })
  const hourly = { ...one, every: '1h' }

  test.each<[string, ConfigInput['queues'][string], object, RegExp]>([
    ['without the key that its queue goes by', { partition: { payload: 'customer' } }, {}, /customer/],
    ['with a partition that its queue has not', {}, { options: { partition: 'acme' } }, /not partitioned/],
    ['with a pool that there is not', {}, { options: { pools: { gpu: 1 } } }, /gpu/],
    [
      'with a cost beyond what its queue lets start',
      { costs: true, rateLimit: { allowed: 5, period: '1s' } },
      { options: { cost: 6 } },
      /6/,
    ],
  ])('is refused %s', (_what, queue, part, reason) => {
    expect(() => withQueue(queue, { odd: { ...hourly, ...part } })).toThrow(reason)
    expect(() => withQueue(queue, { odd: { ...hourly, ...part } })).toThrow('schedules.declared.odd')
  })

  test('is named beside all others that are wrong', () => {
    const declared = {
      a: { ...hourly, queue: 'fax' },
      b: hourly,
      c: { ...hourly, options: { pools: { gpu: 1 } } },
    }
    expect(() => withQueue({}, declared)).toThrow(
      /schedules\.declared\.a\.queue: there is no queue "fax"; there are: crm\nschedules\.declared\.c: .*gpu/,
    )
  })
})

describe('the partition of a schedule', () => {
  const scheduleOf = (name: string, payload: unknown = {}) => ({
    key: scheduleKey('sync', name),
    task: 'sync',
    payload,
  })

  test('is given by a hash of its key, and spreads', () => {
    const { schedules } = configOf({ partitions: 8 })
    const all = Array.from({ length: 400 }, (_, n) => schedulePartition(schedules, scheduleOf(`s${n}`)))
    expect(new Set(all).size).toBe(8)
    expect(schedulePartition(schedules, scheduleOf('s1'))).toBe(all[1])
  })

  test('goes by a value of its payload, or, if it has none, by its key', () => {
    const { schedules } = configOf({ partitions: 512, partitionBy: { payload: 'tenant.id' } })
    const by = (name: string, id?: unknown) =>
      schedulePartition(schedules, scheduleOf(name, { tenant: { id } }))
    expect(by('a', 'acme')).toBe(by('b', 'acme'))
    expect(by('a', 7)).toBe(by('b', '7'))
    expect(by('a')).toBe(schedulePartition(configOf({ partitions: 512 }).schedules, scheduleOf('a')))
  })

  test('stays as a selector has chosen it, within the number that there are', () => {
    const chosen = { ...scheduleOf('a'), chosen: 13 }
    expect(schedulePartition(configOf().schedules, chosen)).toBe(13)
    expect(schedulePartition(configOf({ partitions: 5 }).schedules, chosen)).toBe(3)
  })
})
