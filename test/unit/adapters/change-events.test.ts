/** What every change by a person is in the log. */
import { NOW, SHARD } from '../../support/builders.ts'
import { type Cases, testEvents } from './event-cases.ts'

const NOTE = { by: 'ann', reason: 'they migrate' }
const RATE = { rate: 100, frequency_s: 10 }
const [shard, at] = [SHARD, NOW + 1500]

const CASES: Cases<'changed by hand'> = {
  'changed by hand': [
    {
      event: { of: { shard }, change: { kind: 'set', limits: { concurrency: 0 } }, note: NOTE },
      line: ['info', 'limits were set', { shard, limits: { concurrency: 0 }, ...NOTE }],
    },
    {
      event: { of: { app: 'crm' }, change: { kind: 'rate set', rate: RATE }, note: {} },
      line: ['info', 'the rate of an app was set', { app: 'crm', rate: RATE }],
    },
    {
      event: { of: { shard }, change: { kind: 'slowed down', until: at }, note: NOTE },
      line: ['info', 'slowed down', { shard, until: new Date(at).toISOString(), ...NOTE }],
    },
    ...(
      [
        ['as configured', 'limits are as configured again'],
        ['paused', 'paused'],
        ['resumed', 'resumed'],
        ['slowed down no more', 'slowed down no more'],
      ] as const
    ).map(([kind, text]) => ({
      event: { of: { queue: 'crm' }, change: { kind }, note: NOTE },
      line: ['info', text, { queue: 'crm', ...NOTE }] as const,
    })),
  ],
}

testEvents(CASES)
