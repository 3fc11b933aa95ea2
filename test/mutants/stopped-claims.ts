/** Ways in which a job would start in what somebody has stopped since it was claimed, or the look for that would cost too much. */
import type { TestedMutant } from './mutant.ts'

const TESTS = ['test/unit/use-cases/stopped-claims.test.ts'] as const
const STOPPED = 'lib/use-cases/attempt/stopped.ts'

export const STOPPED_CLAIM_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a claim starts whatever somebody has stopped since',
    file: 'lib/use-cases/attempt/start.ts',
    find: 'isGrantOver(granted, startedAt) || isStopped(context, outcome.value.state, seen)',
    replace:
      'isGrantOver(granted, startedAt) || (isStopped(context, outcome.value.state, seen) && startedAt < 0)',
    breaks: 'jobs start minutes after a pause has returned, where workers are scarce',
    tests: TESTS,
  },
  {
    name: "a claim heeds nothing but its shard's own item",
    file: STOPPED,
    find: 'return await readStops(context, message.pk)',
    replace: 'return message.pk === undefined ? await readStops(context, message.pk) : undefined',
    breaks: 'the same where the partition is spread, in a queue that is paused, and under a pool',
    tests: TESTS,
  },
  {
    name: 'a claim heeds no pause of its queue',
    file: STOPPED,
    find: 'seen?.config ?? config',
    replace: '(seen?.config ? config : config)',
    breaks: 'the same in a queue that is paused',
    tests: TESTS,
  },
  {
    name: 'a claim heeds no limiter',
    file: STOPPED,
    find: 'return (seen?.limiters ?? []).some((limiter) => isShut({}, limiter))',
    replace: 'return (seen?.limiters ?? []).slice(0, 0).some((limiter) => isShut({}, limiter))',
    breaks: 'the same under a pool that is paused',
    tests: TESTS,
  },
  {
    name: 'a claim heeds no limiter with a rate alone',
    file: STOPPED,
    find: '[...limitersOverKey(config, key), ...ratesOverKey(config, key)]',
    replace: '[...limitersOverKey(config, key), ...ratesOverKey(config, key).slice(0, 0)]',
    breaks: 'the same under a rate',
    tests: TESTS,
  },
  {
    name: 'each start reads all that might have stopped it',
    file: STOPPED,
    find: '<= NOTICED_AFTER_MS) return undefined',
    replace: '<= 0 * NOTICED_AFTER_MS) return undefined',
    breaks: 'what a job costs',
    tests: TESTS,
  },
  {
    name: 'a job whose stops cannot be read does not start',
    file: STOPPED,
    find: "    context.events.emit({ kind: 'stops not read', shard: message.pk, error })\n    return undefined\n",
    replace: '    throw error\n',
    breaks: 'nobody hears of it',
    tests: TESTS,
  },
  {
    name: 'a claim that is sent again counts as new',
    file: 'lib/use-cases/pass/send.ts',
    find: '...since, ...rate',
    replace: '...(since && rate)',
    breaks: 'what was lost on its way starts in a partition that is paused',
    tests: TESTS,
  },
]
