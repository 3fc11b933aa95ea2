/** Whatever a person changes at run time is said once, when it is in force: what, of what, by whom and why. */
import { expect, test } from 'vitest'
import { adminOf } from '../../../lib/api/admin.ts'
import { appRatesOf } from '../../../lib/api/app-rates.ts'
import { limitersOf } from '../../../lib/api/limiters.ts'
import { pausesOf } from '../../../lib/api/pauses.ts'
import { slowDownsOf } from '../../../lib/api/slow-downs.ts'
import type { SluiceEvent } from '../../../lib/core/event.ts'
import { ConfigurationError, defineConfig, InvalidJobError } from '../../../lib/index.ts'
import { NOW } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'
import { scene } from './scheduling.ts'

const config = defineConfig({
  pools: { api: { concurrency: 5 } },
  apps: { hubspot: { rate: 190, frequency_s: 10 } },
  queues: {
    crm: { partition: { payload: 'customer' }, concurrency: 4 },
    sync: { partition: { payload: 'customer' }, app: 'hubspot' },
  },
})
const NOTE = { by: 'ann', reason: 'they migrate' }
const [ACME, API] = [{ shard: 'crm|acme' }, { limiter: 'pool|api' }]

function staff() {
  const said: SluiceEvent[] = []
  const { wiring } = scene({ events: { emit: (event) => void said.push(event) } }, config)
  const admin = {
    ...adminOf(wiring),
    ...limitersOf(wiring),
    ...pausesOf(wiring),
    ...slowDownsOf(wiring),
    ...appRatesOf<'hubspot'>(wiring),
  }
  return { admin, said }
}

type Verb = (admin: ReturnType<typeof staff>['admin']) => Promise<unknown>

test.each<[string, Verb, object, object]>([
  [
    'limits of a partition',
    (admin) => admin.setLimits('crm', 'acme', { concurrency: 2 }, NOTE),
    ACME,
    { kind: 'set', limits: { concurrency: 2 } },
  ],
  [
    'that they are removed',
    (admin) => admin.setLimits('crm', 'acme', null, NOTE),
    ACME,
    { kind: 'as configured' },
  ],
  [
    'limits of all partitions of a queue',
    (admin) => admin.setLimits({ queue: 'crm' }, { concurrency: 2 }, NOTE),
    { queue: 'crm' },
    { kind: 'set', limits: { concurrency: 2 } },
  ],
  [
    'that these are removed',
    (admin) => admin.setLimits({ queue: 'crm' }, null, NOTE),
    { queue: 'crm' },
    { kind: 'as configured' },
  ],
  [
    'units of a pool',
    (admin) => admin.setLimiter({ pool: 'api' }, 2, NOTE),
    API,
    { kind: 'set', limits: { concurrency: 2 } },
  ],
  [
    'that they are removed, too',
    (admin) => admin.setLimiter({ pool: 'api' }, null, NOTE),
    API,
    { kind: 'as configured' },
  ],
  ['a pause of a pool', (admin) => admin.pause({ pool: 'api' }, NOTE), API, { kind: 'paused' }],
  ['its end', (admin) => admin.resume({ pool: 'api' }, NOTE), API, { kind: 'resumed' }],
  [
    'a pause of a partition',
    (admin) => admin.pause({ queue: 'crm', partition: 'acme' }, NOTE),
    ACME,
    { kind: 'paused' },
  ],
  [
    'the end of that',
    (admin) => admin.resume({ queue: 'crm', partition: 'acme' }, NOTE),
    ACME,
    { kind: 'resumed' },
  ],
  [
    'a pause of a queue',
    (admin) => admin.pause({ queue: 'crm' }, NOTE),
    { queue: 'crm' },
    { kind: 'paused' },
  ],
  [
    'that a queue goes on',
    (admin) => admin.resume({ queue: 'crm' }, NOTE),
    { queue: 'crm' },
    { kind: 'resumed' },
  ],
  [
    'a slow-down',
    (admin) => admin.slowDown('crm', 'acme', '10m', NOTE),
    ACME,
    { kind: 'slowed down', until: NOW + 600_000 },
  ],
  [
    'that somebody has ended it',
    (admin) => admin.slowDown('crm', 'acme', null, NOTE),
    ACME,
    { kind: 'slowed down no more' },
  ],
  [
    'one of a pool',
    (admin) => admin.slowDown({ pool: 'api' }, '10m', NOTE),
    API,
    { kind: 'slowed down', until: NOW + 600_000 },
  ],
  [
    'that this was ended',
    (admin) => admin.slowDown({ pool: 'api' }, null, NOTE),
    API,
    { kind: 'slowed down no more' },
  ],
  [
    'the rate of an app',
    (admin) => admin.setAppRate('hubspot', { rate: 50, frequency_s: 10 }, { note: NOTE }),
    { app: 'hubspot' },
    { kind: 'rate set', rate: { rate: 50, frequency_s: 10 } },
  ],
  [
    'that it is as configured',
    (admin) => admin.setAppRate('hubspot', null, { note: NOTE }),
    { app: 'hubspot' },
    { kind: 'as configured' },
  ],
])('says %s', async (_, verb, of, change) => {
  const { admin, said } = staff()
  await verb(admin)
  expect(said).toEqual([{ kind: 'changed by hand', of, change, note: NOTE }])
})

test('says nothing of what was refused, and refuses a note that makes no sense, whatever is set', async () => {
  const { admin, said } = staff()
  const wrong = untyped({ by: 'ann', why: 'a misspelt reason' })
  await expect(admin.setLimits('crm', 'acme', null, wrong)).rejects.toThrow(ConfigurationError)
  await expect(admin.setLimits({ queue: 'crm' }, null, wrong)).rejects.toThrow(ConfigurationError)
  await expect(admin.setLimiter({ pool: 'api' }, null, wrong)).rejects.toThrow(ConfigurationError)
  await expect(admin.slowDown('crm', 'acme', null, wrong)).rejects.toThrow(ConfigurationError)
  await expect(admin.resume({ pool: 'api' }, wrong)).rejects.toThrow(ConfigurationError)
  await expect(admin.pause({ queue: 'faxes' }, NOTE)).rejects.toThrow(InvalidJobError)
  expect(said).toEqual([])
})
