/** Ways in which a throttle could let too much through, lose something, or never recover. */
import type { TestedMutant } from './mutant.ts'

const BATCH = 'test/unit/api/throttled-batch.test.ts'
const INTERVAL = 'test/unit/use-cases/interval.test.ts'
const ADAPTIVE_TEST = 'test/unit/core/limits/adaptive.test.ts'
const ADAPTIVE = 'lib/core/limits/adaptive.ts'

export const THROTTLE_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'one early failure is a rate',
    file: ADAPTIVE,
    find: 'if (seen.length >= rule.minimumOutcomes) {',
    replace: 'if (seen.length >= Math.min(1, rule.minimumOutcomes)) {',
    breaks: 'a partition slows down by chance',
    tests: [ADAPTIVE_TEST],
  },
  {
    name: 'failures count twice',
    file: ADAPTIVE,
    find: "return { last: '', stretch: Math.min(rule.most, stretch * rule.factor), since: now }",
    replace: 'return { last: seen, stretch: Math.min(rule.most, stretch * rule.factor), since: now }',
    breaks: 'each further outcome multiplies again',
    tests: [ADAPTIVE_TEST],
  },
  {
    name: 'slower without a bound',
    file: ADAPTIVE,
    find: 'Math.min(rule.most, stretch * rule.factor)',
    replace: 'Math.max(0 * rule.most, stretch * rule.factor)',
    breaks: 'a partition stops for good',
    tests: [ADAPTIVE_TEST],
  },
  {
    name: 'faster than configured',
    file: ADAPTIVE,
    find: 'stretch: Math.max(1, stretch / rule.factor), since: now',
    replace: 'stretch: Math.max(0, stretch / rule.factor), since: now',
    breaks: 'the interval itself',
    tests: [ADAPTIVE_TEST],
  },
  {
    name: 'time heals nothing',
    file: ADAPTIVE,
    find: 'Math.floor((now - state.since) / rule.recovery_ms)',
    replace: 'Math.min(0, (now - state.since) / rule.recovery_ms)',
    breaks: 'what was slow a week ago is slow today',
    tests: [ADAPTIVE_TEST],
  },
  {
    name: 'nobody looks when an interval is over',
    file: 'lib/core/pass/looks.ts',
    find: "if (hold.reason === 'interval') add(hold.reopensAt,",
    replace: "if (hold.reason === 'interval') add(undefined,",
    breaks: 'the next job waits for the sweep',
    tests: [INTERVAL],
  },
  {
    name: 'an interval allows two starts',
    file: 'lib/core/queue/interval.ts',
    find: 'withMargin({ allowed: 1, period_ms: minInterval })',
    replace: 'withMargin({ allowed: 2, period_ms: minInterval })',
    breaks: 'two jobs start simultaneously',
    tests: [INTERVAL],
  },
  {
    name: 'an interval replaces the rate beside it',
    file: 'lib/core/queue/interval.ts',
    find: 'if (rateLimit)\n',
    replace: 'if (rateLimit && minInterval < 0)\n',
    breaks: 'a limit that was written down',
    tests: [INTERVAL],
  },
  {
    name: 'claims closer than the interval pass',
    file: 'lib/core/pass/assertions.ts',
    find: 'return isAlone && claims.every(({ startAt }) => startAt >= earliest)',
    replace: 'return isAlone || claims.every(({ startAt }) => startAt >= earliest)',
    breaks: 'the net below the rules',
    tests: ['test/unit/core/pass-assertions.test.ts'],
  },
  {
    name: 'a batch reads on without room',
    file: 'lib/api/read-ahead.ts',
    find: 'this.#items.length < this.#room + this.#takers.length',
    replace: 'this.#items.length < this.#room + this.#takers.length + 9',
    breaks: 'an endless iterable fills the memory',
    tests: [BATCH],
  },
  {
    name: 'a batch starts side by side',
    file: 'lib/api/throttle.ts',
    find: 'this.#lastStart = now()',
    replace: 'void now()',
    breaks: 'the interval between starts',
    tests: [BATCH],
  },
  {
    name: 'an iterable that throws is taken for one that ends',
    file: 'lib/api/throttled-batch.ts',
    find: 'const fault = this.#fault ?? this.#items.error',
    replace: 'const fault = this.#fault',
    breaks: 'half a batch looks like a whole one',
    tests: [BATCH],
  },
  {
    name: 'what was taken and not tried is not counted',
    file: 'lib/api/throttled-batch.ts',
    find: 'this.#count.skipped += (await this.#items.stop()).length',
    replace: 'await this.#items.stop()',
    breaks: 'items are lost without a word',
    tests: [BATCH],
  },
  {
    name: 'a variable that is misspelt changes nothing',
    file: 'lib/api/throttled-options.ts',
    find: 'z.strictObject(VARIABLES).partial()',
    replace: 'z.object(VARIABLES).partial()',
    breaks: 'somebody believes that it is slower now',
    tests: ['test/unit/api/throttled-options.test.ts'],
  },
]
