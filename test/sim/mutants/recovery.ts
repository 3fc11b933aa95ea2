/** Dead workers and lost messages. */
import type { Mutant } from './mutant.ts'

export const RECOVERY: readonly Mutant[] = [
  {
    name: 'deadline shorter than the timeout',
    file: 'lib/use-cases/attempt/invocation.ts',
    find: 'clock.now() + Math.ceil(invocation.remaining_ms()) + CLOCK_SKEW_MS',
    replace: 'clock.now() + Math.ceil(invocation.remaining_ms() / 4)',
    breaks: 'an attempt that lives is taken for dead',
  },
  {
    name: 'a holder that never expires',
    file: 'lib/core/shard/state.ts',
    find: 'isRunning(slot) && slot.deadline <= now',
    replace: 'isRunning(slot) && slot.deadline <= 0 * now',
    breaks: 'the slot of a dead worker is never freed',
  },
  {
    name: 'dead attempt dropped without its job',
    file: 'lib/use-cases/pass/recover.ts',
    find: '  await end(context, job, endingOf(job, died, context.clock.now(), context.random.number()))',
    replace: '  void [end, endingOf, died]',
    breaks: 'the attempt of a dead worker is not counted',
  },
  {
    name: 'dead slot freed before its job is retried',
    file: 'lib/core/pass/room.ts',
    find: '([id, slot]) => !recovered.has(id) &&',
    replace: "([id, slot]) => !recovered.has(id) && !('deadline' in slot && slot.deadline <= Date.now()) &&",
    breaks: 'the attempt of a worker that has just died is not counted',
  },
  {
    name: 'lost claims never sent again',
    file: 'lib/core/shard/attention.ts',
    find: '!isRunning(slot) && slot.sentAt + RESEND_AFTER_MS <= now',
    replace: '!isRunning(slot) && slot.sentAt + RESEND_AFTER_MS <= 0 * now',
    breaks: 'a message that was never sent',
  },
  {
    name: 'lost claims sent with another token',
    file: 'lib/use-cases/pass/send.ts',
    find: 'slot), ...since, ...rate, ...granted }]',
    replace: "slot), token: (slot.token + 'x') as Slot['token'], ...since, ...rate, ...granted }]",
    breaks: 'nobody can start what is sent again',
  },
  {
    name: 'no sweep',
    file: 'lib/use-cases/sweep/sweep.ts',
    find: 'const go = (walk: Walk) => walkOn(',
    replace: 'const go = async (walk: Walk) => walk.name.length > 0 ? undefined : walkOn(',
    breaks: 'what a crash left behind is found by nobody',
  },
  {
    name: 'sweep without dead attempts and lost claims',
    file: 'lib/core/shard/left-behind.ts',
    find: 'slots.some((slot) => isDead(slot, now) || isOverdue(slot, now))',
    replace: '(slots.some((slot) => isDead(slot, now) || isOverdue(slot, now)) && slots.length < 0)',
    breaks: 'what a crash left behind is found by nobody',
  },
]
