/** What units that are lent, lines, and starts that are granted are in the log. */
import type { LendingEvents } from '../../../lib/core/limits/lending-event.ts'
import { poolNamed } from '../../../lib/core/limits/limiter-name.ts'
import { asShard, NOW, SHARD } from '../../support/builders.ts'
import { type Cases, testEvents } from './event-cases.ts'

const [shard, limiter, resource] = [SHARD, poolNamed('api'), 'slots'] as const
const AT = { shard, limiter, resource }
const [units, owner] = [2, asShard('crm')]

/** One of each kind: the compiler asks for a new one. */
const CASES: Cases<keyof LendingEvents> = {
  'books changed': [
    {
      event: { shard, limiter, change: { kind: 'borrowed', resource, units } },
      line: ['debug', 'units borrowed', { ...AT, units }],
    },
    {
      event: { shard, limiter: owner, change: { kind: 'passed on', resource: 'starts', units } },
      line: ['debug', 'units lent to another shard', { shard, limiter: 'crm', resource: 'starts', units }],
    },
    {
      event: { shard, limiter, change: { kind: 'given back', resource, units } },
      line: ['debug', 'units given back', { ...AT, units }],
    },
    {
      event: { shard, limiter, change: { kind: 'waits', resource } },
      line: ['debug', 'a shard stands in a line', AT],
    },
    {
      event: { shard, limiter, change: { kind: 'waits no more', resource } },
      line: ['debug', 'a shard has left a line', AT],
    },
  ],
  'starts granted': [
    {
      event: { shard, limiter, starts: 3, from: NOW },
      line: ['debug', 'starts granted', { shard, limiter, starts: 3, from: new Date(NOW).toISOString() }],
    },
  ],
}

testEvents(CASES)
