/** What slows something down: handlers that ask for it, and attempts that fail. */
import type { Mutant } from './mutant.ts'

const ADAPTIVE = 'lib/core/limits/adaptive.ts'
const HAND_OFF = 'lib/use-cases/attempt/hand-off.ts'

export const SLOWED: readonly Mutant[] = [
  {
    name: 'a pass ignores a slow-down',
    file: 'lib/core/limits/in-force.ts',
    find: 'slowed && slowed.until > now ?',
    replace: 'slowed && slowed.until < 0 * now ?',
    breaks: 'the service is called although it has asked for time',
  },
  {
    name: 'a slow-down is forgotten as the slot is freed',
    file: HAND_OFF,
    find: '...(slow ? { slow } : {}),',
    replace: '...(slow && !slow ? { slow } : {}),',
    breaks: 'only the shards beside the plain one hear of it',
  },
  {
    name: 'a slow-down of a limiter is written nowhere',
    file: HAND_OFF,
    find: 'for (const limiter of slowLimiters) await',
    replace: 'for (const limiter of slowLimiters.slice(0, 0)) await',
    breaks: 'other queues go on calling the service',
  },
  {
    name: 'a slow-down of a limiter is for the partition only',
    file: 'lib/api/thrown.ts',
    find: '...(isCovered ? { limiter: name } : {}),',
    replace: '...(isCovered && !isCovered ? { limiter: name } : {}),',
    breaks: 'other partitions go on calling the service',
  },
  {
    name: 'a throttled shard stands in a line',
    file: 'lib/core/pass/holds.ts',
    find: "!holds.some(({ reason }) => reason === 'throttled') &&",
    replace: 'holds.length > 0 &&',
    breaks: 'throttled shards pass one unit on to each other, with twice as many wake-ups each time',
  },
  {
    name: 'what was claimed before a slow-down or a pause starts after it',
    file: 'lib/use-cases/attempt/start.ts',
    find: ' || isStopped(context, outcome.value.state, seen)',
    replace: ' || (startedAt < 0 && isStopped(context, outcome.value.state, seen))',
    breaks: 'the service is called although it has asked for time',
  },
  {
    name: 'outcomes are not counted',
    file: HAND_OFF,
    find: '...(outcome ? { outcome } : {}),',
    replace: '...(outcome && !outcome ? { outcome } : {}),',
    breaks: 'what fails again and again is never throttled',
  },
  {
    name: 'a throttle never recovers',
    file: ADAPTIVE,
    find: 'Math.floor((now - state.since) / rule.recovery_ms)',
    replace: 'Math.min(0, Math.floor((now - state.since) / rule.recovery_ms))',
    breaks: 'what was slow a week ago is slow today',
  },
  {
    name: 'one outcome is enough for a throttle',
    file: ADAPTIVE,
    find: 'if (seen.length >= rule.minimumOutcomes) {',
    replace: 'if (seen.length >= Math.min(1, rule.minimumOutcomes)) {',
    breaks: 'a partition slows down by chance',
  },
]
