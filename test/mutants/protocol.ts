/** What the simulation cannot see: costs, and first aid that a slower one makes up for. */
import type { TestedMutant } from './mutant.ts'

const READING = ['test/unit/use-cases/reading.test.ts'] as const

export const PROTOCOL: readonly TestedMutant[] = [
  {
    name: 'a message that comes again makes no pass',
    file: 'lib/use-cases/start.ts',
    find: 'if (invocation.redelivered || (slot',
    replace: 'if ((slot',
    breaks: 'a worker that died in a job that it had gone on to is found by the sweep only',
    tests: ['test/unit/use-cases/redelivery.test.ts'],
  },
  {
    name: 'sweep without free slots beside waiting jobs',
    file: 'lib/core/left-behind.ts',
    find: 'const room = state.waiting && slots.length < limits.slots',
    replace: 'const room = state.waiting && slots.length < 0 * limits.slots',
    breaks: 'a limit that was raised by hand or by a deploy is noticed by nobody',
    tests: ['test/unit/core/left-behind.test.ts'],
  },
  {
    name: 'more read than can be claimed',
    file: 'lib/core/room.ts',
    find: 'return { want: staying.length - skip.length + ',
    replace: 'return { want: 2 * staying.length + ',
    breaks: 'what a pass costs',
    tests: READING,
  },
  {
    name: 'large jobs in flight passed over',
    file: 'lib/core/room.ts',
    find: 'const skip = largeInFlight(staying)',
    replace: 'const skip = largeInFlight(staying.slice(0, 0))',
    breaks: 'what a pass costs',
    tests: READING,
  },
  {
    name: 'twins read without a bound',
    file: 'lib/use-cases/due-jobs.ts',
    find: 'if (due.length - ids.size >= MAX_TWINS)',
    replace: 'if (due.length - ids.size >= 1000 * MAX_TWINS)',
    breaks: 'each pass reads all of the jobs that bear one id',
    tests: READING,
  },
  {
    name: 'a second look because of twins',
    file: 'lib/use-cases/pass-round.ts',
    find: '(outcome.state.waiting && isSlotFreed(state, write, outcome.state))',
    replace:
      '(outcome.state.waiting && (isSlotFreed(state, write, outcome.state) || input === undefined || true))',
    breaks: 'what a pass costs where jobs wait',
    tests: READING,
  },
  {
    name: 'arrival lost when its visit fails',
    file: 'lib/use-cases/arrive.ts',
    find: 'if (!(await visitOrWake(context, shard))) failed.push(...arrived.map(({ id }) => id))',
    replace:
      'if (!(await visitOrWake(context, shard))) failed.push(...arrived.slice(0, 0).map(({ id }) => id))',
    breaks: 'a new job is looked at by the sweep only',
    tests: ['test/unit/use-cases/malformed.test.ts'],
  },
  {
    name: 'a wake-up in whole seconds where less counts',
    file: 'lib/use-cases/wake.ts',
    find: 'isPrecise ? exact_ms : roundedUp(exact_ms)',
    replace: 'isPrecise ? roundedUp(exact_ms) : roundedUp(exact_ms)',
    breaks: 'a rate of so many a second is used to half',
    tests: ['test/unit/use-cases/rate.test.ts', 'test/unit/use-cases/delay.test.ts'],
  },
  {
    name: 'the dispatcher does not wait for the rest of a second',
    file: 'lib/use-cases/wake-up.ts',
    find: 'if (early_ms > 0) await context.clock.sleep(Math.min(early_ms, SECOND_MS))',
    replace: 'void [early_ms, SECOND_MS]',
    breaks: 'a rate of so many a second is used to half',
    tests: ['test/unit/use-cases/rate.test.ts', 'test/unit/use-cases/delay.test.ts'],
  },
  {
    name: 'expiry kept beside an override',
    file: 'lib/core/expiry.ts',
    find: 'state.version === undefined && !state.override ? true : ',
    replace: 'state.version === undefined || state.override ? true : ',
    breaks: 'a pause that was written by hand is over a week later',
    tests: ['test/unit/use-cases/by-hand.test.ts', 'test/contract/by-hand.test.ts'],
  },
  {
    name: 'an attempt without the time for it',
    file: 'lib/use-cases/hand-off.ts',
    find: 'if (isInTime && hasTimeFor(own.claim.job, invocation)) return next',
    replace: 'if (isInTime) return next',
    breaks: 'a slow pass hands over a job that Lambda stops half-way',
    tests: ['test/unit/use-cases/chain.test.ts'],
  },
  {
    name: 'backoff ignored',
    file: 'lib/use-cases/retire.ts',
    find: 'return moveTo(context, job, now + delay_ms, (runAt) => nextAttempt(job, runAt))',
    replace: 'return moveTo(context, job, now + 0 * delay_ms, (runAt) => nextAttempt(job, runAt))',
    breaks: 'a service that is down is called again and again',
    tests: ['test/unit/use-cases/retry.test.ts'],
  },
  {
    name: 'refused by the worker is tried again',
    file: 'lib/use-cases/execute.ts',
    find: 'return refuse(context, job.item, outcome.reason)',
    replace: 'return retire(context, job, outcome.reason)',
    breaks: 'what can never run runs all its attempts',
    tests: ['test/unit/use-cases/retry.test.ts'],
  },
]
