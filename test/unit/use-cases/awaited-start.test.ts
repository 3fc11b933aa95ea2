/** Whether a shard only waits for the start that it has been granted. */
import { expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { Grant } from '../../../lib/core/limits/grant.ts'
import { totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import { awaitedStart } from '../../../lib/use-cases/lending/awaited-start.ts'
import { NOW } from '../../support/builders.ts'

const config = defineConfig({
  queues: {
    crm: {
      partition: { payload: 'customer' },
      concurrency: 1,
      timeout: '1m',
      total: { rateLimit: { allowed: 1, period: '10s' } },
    },
  },
})
const eyes = { config, clock: { now: () => NOW, sleep: async () => {} } }
const grantAt = (at: number): Grant => ({
  at,
  until: at + 1000,
  keys: { [totalOf('crm')]: [`${at + 1000}.1`, 1] },
})
const state = { ...emptyState('crm|acme' as ShardKey), granted: grantAt(NOW + 5000) }

test('a shard that waits for a start asks for nothing before that', () => {
  expect(awaitedStart(eyes, state, {}, [undefined])).toMatchObject({ grants: [], ahead: state.granted })
})

test('unless its first job costs something else, or its time has come', () => {
  expect(awaitedStart(eyes, state, {}, [2])).toBeUndefined()
  expect(awaitedStart(eyes, { ...state, granted: grantAt(NOW) }, {}, [undefined])).toBeUndefined()
})

test('or an earlier round of the visit was granted one that a job may use now: what it may use is judged by its priority', () => {
  expect(awaitedStart(eyes, state, { granted: [grantAt(NOW)] }, [undefined])).toBeUndefined()
  expect(awaitedStart(eyes, state, { granted: [] }, [undefined])).toBeDefined()
})
