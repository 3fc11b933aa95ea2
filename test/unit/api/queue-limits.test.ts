/** Limits of all partitions of a queue, as staff sets and sees them. */
import { expect, test } from 'vitest'
import { adminOf } from '../../../lib/api/admin.ts'
import { insightOf } from '../../../lib/api/insight.ts'
import { limitedQueuesOf } from '../../../lib/api/queue-limits.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { ConfigurationError, defineConfig, InvalidJobError } from '../../../lib/index.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { longRunning } from '../../support/interleave.ts'
import { untyped } from '../../support/untyped.ts'
import { scene } from './scheduling.ts'

const config = defineConfig({
  queues: {
    crm: { partition: { payload: 'customer' }, concurrency: 4, rateLimit: { allowed: 50, period: '1s' } },
    ruled: { rateLimit: { allowed: 5, period: '1s', partition: { payload: 'region' } } },
  },
})
const NOTE = { by: 'ann', reason: 'they migrate' }

function staff() {
  const { world, wiring } = scene({}, config)
  const admin = { ...adminOf(wiring), ...insightOf(wiring), ...limitedQueuesOf(wiring) }
  return { world, admin }
}

test('they are listed, and told of each partition and of the queue, with who has set them and why', async () => {
  const { world, admin } = staff()
  await admin.setLimits({ queue: 'crm' }, { concurrency: 2, rateLimit: { allowed: 9, period: '10s' } }, NOTE)
  await admin.setLimits({ queue: 'ruled' }, { concurrency: 1 })
  const rateLimit = { allowed: 9, period_ms: 10_000, margin_ms: 250 }
  const set = { concurrency: 2, rateLimit, ...NOTE, since: NOW }
  expect(await admin.limitedQueues()).toEqual([
    { queue: 'crm', ...set },
    { queue: 'ruled', concurrency: 1, since: NOW + 2000 },
  ])
  expect(await admin.stats('crm', 'acme')).toMatchObject({
    configured: { concurrency: 4, rateLimit: { allowed: 50, period_ms: 1000 } },
    queueLimits: set,
    inForce: { concurrency: 2, rateLimit },
  })
  expect(await admin.why({ queue: 'crm' })).toMatchObject({ holds: [], queueLimits: set })
  expect(await admin.queueStats('crm')).toMatchObject({ queue: 'crm', queueLimits: set })
  expect(await admin.queueStats('ruled')).not.toHaveProperty('queuePaused')
  longRunning(world, () => true)
  expect(whyText(await admin.why({ queue: 'crm' }))).toMatch(
    /^each partition has concurrency 2, rate 9\/10 s, set by ann: they migrate; what waits/,
  )
  await admin.setLimits({ queue: 'crm' }, null)
  await admin.setLimits({ queue: 'ruled' }, null)
  expect(await admin.limitedQueues()).toEqual([])
  expect(await admin.stats('crm', 'acme')).not.toHaveProperty('queueLimits')
})

test('`why` says who has stopped the partitions that have no limit of their own, and who one that has', async () => {
  const { world, admin } = staff()
  const text = async (partition: string) => whyText(await admin.why('crm', partition))
  await admin.setLimits({ queue: 'crm' }, { concurrency: 0 }, NOTE)
  world.put(...['a', 'b', 'c'].map((id) => jobItem({ pk: untyped(`crm|${id}`), id })))
  await world.stream()
  await admin.setLimits('crm', 'b', { concurrency: 0 }, { by: 'bob' })
  await admin.setLimits('crm', 'c', { rateLimit: { allowed: 1, period: '1s' } }, { by: 'bob' })
  expect(await text('a')).toBe('its queue is paused by ann: they migrate')
  expect(await text('b')).toBe('paused by bob')
  expect(await text('c')).toBe('its queue is paused by ann: they migrate')
  expect(whyText(await admin.why({ queue: 'crm' }))).toMatch(/^paused by ann: they migrate; what waits/)
  await admin.setLimits({ queue: 'crm' }, { rateLimit: { allowed: 0, period: '1s' } }, NOTE)
  expect(await text('a')).toBe('its queue is paused by ann: they migrate')
  world.tables.queueLimits = new Map([['crm', { problem: 'it is odd' }]])
  expect(await text('b')).toBe('its queue is paused, for its override makes no sense: it is odd')
  expect(await admin.limitedQueues()).toEqual([{ queue: 'crm', problem: 'it is odd' }])
})

test('whoever raises them hears how many are woken', async () => {
  const { world, admin } = staff()
  await admin.setLimits({ queue: 'crm' }, { concurrency: 0 })
  world.put(jobItem({ pk: untyped('crm|a'), id: 'a' }))
  await world.stream()
  const woken: number[] = []
  await admin.setLimits({ queue: 'crm' }, null, { onProgress: (count) => woken.push(count) })
  expect(woken).toEqual([1])
})

test.each<[string, unknown[], RegExp]>([
  ['a queue that there is not', [{ queue: 'fax' }, null], /fax/],
  ['a partition', [{ queue: 'crm', partition: 'acme' }, null], /setLimits\('queue', 'partition', limits\)/],
  ['nothing', [null, null], /setLimits\(\{ queue: 'name' \}, limits\)/],
  ['a pool', [{ pool: 'api' }, 3], /setLimits\(\{ queue/],
])('refuses %s', async (_, call, message) => {
  const { admin, world } = staff()
  const refused = Reflect.apply(admin.setLimits, admin, call)
  await expect(refused).rejects.toThrow(InvalidJobError)
  await expect(refused).rejects.toThrow(message)
  expect(world.tables.queueLimits).toBeUndefined()
})

test.each<[string, unknown[], RegExp]>([
  [
    'a rate where that goes by a rule',
    [{ queue: 'ruled' }, { rateLimit: { allowed: 1, period: '1s' } }],
    /setLimiter\(\{ rate: 'ruled'/,
  ],
  ['a limit that is misspelt', [{ queue: 'crm' }, { concurency: 1 }], /concurency/],
  [
    'more than its shards hold',
    [{ queue: 'crm' }, { concurrency: 101 }],
    /1 shards of queue "crm" hold at most 100/,
  ],
  ['a total', [{ queue: 'crm' }, 3], /limits/],
  ['an odd note', [{ queue: 'crm' }, null, { by: '' }], /by/],
  ['an odd option', [{ queue: 'crm' }, null, { onProgress: 'yes' }], /onProgress/],
  ['another option', [{ queue: 'crm' }, null, { force: true }], /force/],
])('refuses %s', async (_, call, message) => {
  const { admin, world } = staff()
  const refused = Reflect.apply(admin.setLimits, admin, call)
  await expect(refused).rejects.toThrow(ConfigurationError)
  await expect(refused).rejects.toThrow(message)
  expect(world.tables.queueLimits).toBeUndefined()
})
