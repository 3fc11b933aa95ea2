/** The maximum of a queue that may be full, as staff sets and sees it. */
import { expect, test } from 'vitest'
import { insightOf } from '../../../lib/api/insight.ts'
import { maxQueueSizesOf } from '../../../lib/api/max-queue-size.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { ConfigurationError, defineConfig, InvalidJobError } from '../../../lib/index.ts'
import { NOW } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'
import { scene } from './scheduling.ts'

const PARTITION = { payload: 'customer' } as const
const config = defineConfig({
  queues: {
    crm: { partition: PARTITION, maxQueueSize: { queue: 100, partition: 10 } },
    mail: { maxQueueSize: 5 },
    fax: { partition: PARTITION },
  },
})
const NOTE = { by: 'ann', reason: 'they run wild' }

function staff() {
  const { world, wiring } = scene({}, config)
  return { world, admin: { ...maxQueueSizesOf(wiring), ...insightOf(wiring) } }
}

test('`stats` and `why` say what is set, with who and why, of the queue and of a partition', async () => {
  const { admin } = staff()
  await admin.setMaxQueueSize({ queue: 'crm' }, 2000, NOTE)
  await admin.setMaxQueueSize({ queue: 'crm', partition: 'acme' }, 0, { by: 'bob' })
  const sizes = {
    queue: { size: 0, max: 2000, set: { ...NOTE, since: NOW } },
    partition: { size: 0, max: 0, set: { by: 'bob', since: NOW } },
  }
  expect(await admin.stats('crm', 'acme')).toMatchObject({ sizes })
  expect((await admin.queueStats('crm')).size).toEqual(sizes.queue)
  expect(whyText(await admin.why('crm', 'acme'))).toBe(
    'partition full 0/0: enqueue is refused, set by bob; nothing waits',
  )
  await admin.setMaxQueueSize({ queue: 'crm' }, 0, NOTE)
  expect(whyText(await admin.why({ queue: 'crm' }))).toMatch(
    /^queue full 0\/0: enqueue is refused, set by ann: they run wild; what waits/,
  )
  await admin.setMaxQueueSize({ queue: 'crm' }, null, NOTE)
  expect((await admin.queueStats('crm')).size).toEqual({ size: 0, max: 100 })
})

test('what nobody can read is said', async () => {
  const { admin, world } = staff()
  await admin.setMaxQueueSize({ queue: 'mail' }, 3)
  world.tables.sizes?.get('$size|mail')?.delete(4)
  expect((await admin.queueStats('mail')).size).toMatchObject({ max: 5, problem: expect.any(String) })
  expect(whyText(await admin.why({ queue: 'mail' }))).toMatch(
    /^enqueue is refused, for nobody can read which maximum is set for the queue: its parts do not say/,
  )
})

test.each([
  [{ queue: 'gone' }, 1, InvalidJobError, /gone/],
  [{ queue: 'crm', partition: '' }, 1, InvalidJobError, /partition/],
  [{ queue: 'mail', partition: 'acme' }, 1, InvalidJobError, /mail/],
  [
    { queue: 'fax' },
    1,
    ConfigurationError,
    /^queues\.fax\.maxQueueSize\.queue: is not configured.*deploy one/,
  ],
  [{ queue: 'fax', partition: 'acme' }, 1, ConfigurationError, /^queues\.fax\.maxQueueSize\.partition: /],
  [{ queue: 'crm', partion: 'acme' }, 1, ConfigurationError, /^target.*partion/],
  ['crm', 1, ConfigurationError, /^target/],
  [null, 1, ConfigurationError, /^target/],
  [{ queue: 'crm' }, -1, ConfigurationError, /^max: is 0 or more/],
  [{ queue: 'crm' }, 1.5, ConfigurationError, /^max: is a whole number/],
  [{ queue: 'crm' }, 10_000_001, ConfigurationError, /^max: is at most 10000000/],
  [{ queue: 'crm' }, '5', ConfigurationError, /^max: /],
  [{ queue: 'crm' }, undefined, ConfigurationError, /^max: /],
])('%j to %j is refused before anything is written', async (target, max, error, message) => {
  const { admin, world } = staff()
  const refused = admin.setMaxQueueSize(untyped(target), untyped(max))
  await expect(refused).rejects.toBeInstanceOf(error)
  await expect(refused).rejects.toThrow(message)
  expect(world.tables.sizes).toBeUndefined()
})

test('a note that makes no sense is refused before anything is written', async () => {
  const { admin, world } = staff()
  const refused = admin.setMaxQueueSize({ queue: 'mail' }, 1, untyped({ who: 'ann' }))
  await expect(refused).rejects.toThrow(/^note.*who/)
  expect(world.tables.sizes).toBeUndefined()
})
