/** The sliding window. */
import type { Mutant } from './mutant.ts'

const WINDOW = 'lib/core/limits/window.ts'
const LATE_START = 'lib/use-cases/attempt/late-start.ts'

export const RATES: readonly Mutant[] = [
  {
    name: 'window that resets',
    file: WINDOW,
    find: 'Number(bucket) + rememberedFor(rate)',
    replace: 'rate ? Math.ceil(Number(bucket) / rate.period_ms) * rate.period_ms : Number(bucket)',
    breaks: 'twice the rate around each reset',
  },
  {
    name: 'margin forgotten',
    file: WINDOW,
    find: 'Number(bucket) + rememberedFor(rate)',
    replace: 'Number(bucket) + (rate ? rate.period_ms : 0)',
    breaks: 'late starts and clocks that differ',
  },
  {
    name: 'window that forgets with each pass',
    file: WINDOW,
    find: 'return Object.keys(window).filter((end) => forgottenAt(end, rate) <= now)',
    replace: 'return Object.keys(window).filter((end) => forgottenAt(end, rate) <= now || now > 0)',
    breaks: 'the rate, after a retry',
  },
  {
    name: 'window that never forgets',
    file: WINDOW,
    find: 'return Object.keys(window).filter((end) => forgottenAt(end, rate) <= now)',
    replace: 'return Object.keys(window).filter((end) => forgottenAt(end, rate) < 0 && now < 0)',
    breaks: 'the item grows for ever',
  },
  {
    name: 'claims take no start',
    file: WINDOW,
    find: 'let free = rate.allowed - startsInWindow(window, rate, now) - reserved',
    replace: 'let free = rate.allowed - startsInWindow(window, rate, now) - 0 * reserved',
    breaks: 'claims on their way start beyond the rate',
  },
  {
    name: 'start not remembered',
    file: 'lib/adapters/memory/states.ts',
    find: 'window: withStart(state, attempt.bucket)',
    replace: 'window: state.window',
    breaks: 'the rate',
  },
  {
    name: 'own start not remembered',
    file: 'lib/core/pass/decide.ts',
    find: 'return { start: bucketOf(first.startAt, bucketWidth(plannedRate(limits))) }',
    replace: 'return bucketWidth(plannedRate(limits)) > 0 ? {} : { start: bucketOf(first.startAt, 1) }',
    breaks: 'the rate of jobs handed on within an invocation',
  },
  {
    name: 'late start not counted',
    file: LATE_START,
    find: 'while (rate && clock.now() - counted > Math.max(1, rate.margin_ms / 2))',
    replace: 'while (rate && clock.now() < 0)',
    breaks: 'a handler that begins long after its start was written',
  },
  {
    name: 'late start counted but not given back',
    file: LATE_START,
    find: 'if (clock.now() - onRecord > rate.kept_ms / 2) return false',
    replace: 'if (clock.now() - onRecord < 0) return false',
    breaks: 'a handler begins although its start was forgotten meanwhile',
  },
  {
    name: 'window not waited for',
    file: 'lib/core/pass/looks.ts',
    find: "if (hold.reason === 'rate') add(hold.reopensAt, 'the rate reopens')",
    replace: "if (hold.reason === 'rate') add(undefined, 'the rate reopens')",
    breaks: 'jobs held by the rate are forgotten',
  },
  {
    name: 'claims ahead of their start start immediately',
    file: 'lib/use-cases/attempt/start.ts',
    find: 'if (early_ms > 0) await context.clock.sleep(early_ms)',
    replace: 'void early_ms',
    breaks: 'the rate, by what a claim is ahead',
  },
]
