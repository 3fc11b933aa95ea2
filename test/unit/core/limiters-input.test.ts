import { describe, expect, test } from 'vitest'
import { weightIn } from '../../../lib/core/limits/queue-limiter.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'

const POOLS = { api: { concurrency: 4 }, disk: { concurrency: 2 } }
const RATE = { rateLimit: { allowed: 5, period: '1s' } } as const
const limitersOf = (input: ConfigInput, queue = 'crm') =>
  defineConfig(input).queues[queue]?.limiters.map(({ name, concurrency }) => [name, concurrency])

describe('a total and pools', () => {
  test('cover a queue in one order, whatever the order in which they are written', () => {
    const one = { total: 3, pools: { disk: 1, api: 2 } }
    const other = { pools: { api: 1, disk: 2 }, total: 5 }
    const input = { pools: POOLS, queues: { crm: one, mail: other } }
    expect(limitersOf(input)).toEqual([
      ['pool|api', 4],
      ['pool|disk', 2],
      ['total|crm', 3],
    ])
    expect(limitersOf(input, 'mail')).toEqual([
      ['pool|api', 4],
      ['pool|disk', 2],
      ['total|mail', 5],
    ])
  })

  test('know what a job of each queue weighs, in any of its shards', () => {
    const input = {
      pools: POOLS,
      queues: { crm: { pools: { api: 2 } }, mail: { pools: { api: 4 } }, fax: {} },
    }
    const [api] = defineConfig(input).queues.crm.limiters
    if (!api) throw new Error('no limiter')
    const weights = ['crm', 'crm|acme', 'crm|acme|7', 'mail|', 'mail||1', 'fax', 'toString'].map((shard) =>
      weightIn(api, shard),
    )
    expect(weights).toEqual([2, 2, 2, 1, 4, 1, 1])
  })

  test.each<[string, ConfigInput, RegExp]>([
    [
      'an unknown pool',
      { queues: { crm: { pools: { api: 1 } } } },
      /queues\.crm\.pools\.api.*no such pool.*none/,
    ],
    [
      'a name of Object',
      { pools: POOLS, queues: { crm: { pools: { toString: 1 } } } },
      /no such pool.*api, disk/,
    ],
    [
      'too heavy',
      { pools: POOLS, queues: { crm: { pools: { disk: 3 } } } },
      /3 units of a pool of 2 could never run/,
    ],
    ['a weight of 0', { pools: POOLS, queues: { crm: { pools: { disk: 0 } } } }, /at least one unit/],
    ['a negative total', { queues: { crm: { total: -1 } } }, /queues\.crm\.total.*0 \(paused\)/],
    ['a huge total', { queues: { crm: { total: 5001 } } }, /at most 5000/],
    [
      'a huge rate of a total',
      { queues: { crm: { total: { rateLimit: { allowed: 1_000_001, period: 1000 } } } } },
      /at most 1000000/,
    ],
    ['a huge pool', { pools: { api: { concurrency: 1001 } }, queues: { crm: {} } }, /at most 1000/],
    [
      'a huge total that guarantees something',
      { queues: { crm: { partition: { payload: 'a' }, total: 1001, guaranteed: { acme: 1 } } } },
      /at most 1000/,
    ],
    [
      'a pool without a limit',
      { pools: { api: {} }, queues: { crm: {} } } as unknown as ConfigInput,
      /pools\.api/,
    ],
    ['a queue that the books would take for another', { queues: { plain: { total: 1 } } }, /another name/],
    [
      'a weight on a pool that counts starts alone',
      { pools: { api: RATE }, queues: { crm: { pools: { api: 3 } } } },
      /queues\.crm\.pools\.api.*counts starts alone.*say cost: 3/,
    ],
    [
      'a cost on a pool that counts no starts',
      { pools: POOLS, queues: { crm: { pools: { api: { weight: 2, cost: 3 } } } } },
      /queues\.crm\.pools\.api.*no rate.*leave cost out/,
    ],
    [
      'a name that is none',
      { pools: { 'a b': { concurrency: 1 } }, queues: { crm: {} } },
      /pools\.a b: the name of a pool has letters/,
    ],
    ['a bad name', { pools: { 'a|b': { concurrency: 1 } }, queues: { crm: {} } }, /pools\.a\|b/],
  ])('refuse %s', (_what, input, message) => {
    expect(() => defineConfig(input)).toThrow(message)
  })

  test('may be paused: then no weight is too heavy', () => {
    const input = { pools: { api: { concurrency: 0 } }, queues: { crm: { pools: { api: 3 } } } }
    expect(limitersOf(input)).toEqual([['pool|api', 0]])
  })
})
