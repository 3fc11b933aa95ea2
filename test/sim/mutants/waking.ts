/** Who looks at a shard, and when. */
import type { Mutant } from './mutant.ts'

export const WAKING: readonly Mutant[] = [
  {
    name: 'wake-up before the write',
    file: 'lib/use-cases/pass/carry-out.ts',
    find: '  const wake = () => sendWake(context, state.shard, decision.wake, now)',
    replace: `  await sendWake(context, state.shard, decision.wake, now)
  const wake = () => Promise.resolve()`,
    breaks: 'every one of many simultaneous passes arranges the same wake-up, and their number grows',
  },
  {
    name: 'lost wake-up: no look after waiting is set',
    file: 'lib/use-cases/pass/carry-out.ts',
    find: 'const isFreed = written.waiting && isSlotFreed(state, write, written)',
    replace: 'const isFreed = written.waiting && isSlotFreed(state, write, written) && !state.slots',
    breaks: 'a slot freed while a pass was writing is noticed by nobody',
  },
  {
    name: 'nobody waits',
    file: 'lib/core/pass/decide.ts',
    find: 'waiting: holds.some(isEndedByOthers),',
    replace: 'waiting: holds.some(isEndedByOthers) && holds.length < 0,',
    breaks: 'who frees a slot does not look for jobs',
  },
  {
    name: 'no wake-up arranged',
    file: 'lib/use-cases/wake.ts',
    find: 'if (exact_ms <= MAX_DELAY_MS) await wake.send([{ shard, dueAt: at, delay_ms }])',
    replace: 'if (exact_ms < 0 * MAX_DELAY_MS) await wake.send([{ shard, dueAt: at, delay_ms }])',
    breaks: 'delayed jobs are late by minutes',
  },
  {
    name: 'used wake-up taken for one to come',
    file: 'lib/core/pass/looks.ts',
    find: 'dueAt !== undefined && dueAt !== wokenFor && dueAt !== uncertain && dueAt > now',
    replace: 'dueAt !== undefined && dueAt > 0 * (now + (wokenFor ?? 0) + (uncertain ?? 0))',
    breaks: 'the next delayed job gets no wake-up',
  },
  {
    name: 'far delays not listed',
    file: 'lib/use-cases/pass/write.ts',
    find: 'return dueAt - now > MAX_DELAY_MS ? dueGroupOf(state.shard) : undefined',
    replace: 'return dueAt - now > 100 * MAX_DELAY_MS ? dueGroupOf(state.shard) : undefined',
    breaks: 'the tick does not find what is due in an hour',
  },
  {
    name: 'tick wakes nobody',
    file: 'lib/use-cases/tick.ts',
    find: '    due.map(({ shard, dueAt }): DelayedWake => {',
    replace: '    due.slice(0, 0).map(({ shard, dueAt }): DelayedWake => {',
    breaks: 'far delays are late by minutes',
  },
  {
    name: 'only the first page of delays',
    file: 'lib/use-cases/pass/found-jobs.ts',
    find: 'Math.min(this.#nextDueAt, ...delayed.map(({ runAt }) => runAt))',
    replace: 'Math.max(...delayed.map(({ runAt }) => runAt))',
    breaks: 'the last of the delayed jobs is waited for, not the first',
  },
  {
    name: 'early wake-up not repeated',
    file: 'lib/use-cases/pass/carry-out.ts',
    find: 'await Promise.all([wake(), returnStarts',
    replace: 'await Promise.all([returnStarts',
    breaks: 'a wake-up that comes early by the dispatcher’s clock is the last one',
  },
  {
    name: 'chains without an end',
    file: 'lib/use-cases/attempt/hand-off.ts',
    find: 'context.clock.now() - begunAt < CHAIN_MS && ',
    replace: '',
    breaks: 'others wait for a worker until a whole backlog is done',
  },
]
