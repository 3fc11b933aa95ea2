/** Whatever shards do, and wherever they die: what is used ≤ what shards have ≤ what is out ≤ the limit. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { RESOURCES } from '../../../../lib/core/limits/books.ts'
import { capOf } from '../../../../lib/core/limits/in-force.ts'
import { PLAIN } from '../../../../lib/core/limits/lending.ts'
import { lentOut, outstanding } from '../../../../lib/core/limits/limiter.ts'
import { type Crash, LendingRun } from '../../../support/lending-run.ts'

const NAMES = ['0', '1', '2', '9999']
const ALL = [PLAIN, ...NAMES]
const limits = fc
  .record({ concurrency: fc.nat(6), allowed: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }) })
  .map(({ concurrency, allowed }) => ({
    concurrency,
    ...(allowed === undefined ? {} : { rateLimit: { allowed, period_ms: 1000, margin_ms: 0 } }),
  }))
const name = fc.constantFrom(...ALL)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put' as const), name, count: fc.nat(8) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      name,
      crash: fc.option(fc.constantFrom<Crash>('after borrowing', 'before settling'), {
        nil: undefined,
        freq: 3,
      }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      name,
      resource: fc.constantFrom(...RESOURCES),
      count: fc.nat(4),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function take(run: LendingRun, one: Step): void {
  if (one.kind === 'put') run.shard(one.name).waiting += one.count
  if (one.kind === 'end') run.end(one.name, one.resource, one.count)
  if (one.kind === 'pass') run.pass(one.name, one.crash)
}

function expectSound(run: LendingRun, mostOut: { readonly slots: number; readonly starts: number }): void {
  for (const resource of RESOURCES) {
    if (resource === 'starts' && !run.limits.rateLimit) continue
    const books = run.books[resource]
    const out = lentOut(books) + run.shard(PLAIN).inUse[resource]
    expect(out).toBeLessThanOrEqual(Math.max(capOf(run.limits, resource), mostOut[resource]))
    for (const borrower of NAMES) {
      expect(run.shard(borrower).inUse[resource]).toBeLessThanOrEqual(run.heldBy(borrower, resource))
      expect(run.heldBy(borrower, resource)).toBeLessThanOrEqual(outstanding(books.loans[borrower]))
    }
  }
}

const NOTHING_OUT = { slots: 0, starts: 0 }

test.prop([limits, fc.array(step, { minLength: 10, maxLength: 80 })], { numRuns: 500 })(
  'the limit holds at every step, and what is given back is not in use',
  (given, steps) => {
    const run = new LendingRun(given, NAMES)
    for (const one of steps) {
      take(run, one)
      expectSound(run, NOTHING_OUT)
      expect(new Set(run.settlement?.served).size).toBe(run.settlement?.served.length ?? 0)
    }
  },
)

test.prop(
  [limits, fc.array(step, { minLength: 10, maxLength: 40 }), fc.nat(5), fc.array(step, { maxLength: 40 })],
  {
    numRuns: 500,
  },
)('a limit that is lowered admits nothing above it, and what runs ends', (given, before, lower, after) => {
  const run = new LendingRun(given, NAMES)
  for (const one of before) take(run, one)
  run.limits = { ...given, concurrency: Math.min(given.concurrency, lower) }
  for (const one of after) {
    const inUse = run.inUse('slots')
    take(run, one)
    expect(run.inUse('slots')).toBeLessThanOrEqual(Math.max(inUse, capOf(run.limits, 'slots')))
  }
})

test.prop([fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 })], { numRuns: 500 })(
  'whoever waits gets its turn when others go on freeing and claiming',
  (concurrency, steps) => {
    const run = new LendingRun({ concurrency }, NAMES)
    for (const one of steps) take(run, one)
    for (const each of ALL) run.shard(each).waiting = 1000
    const claimed = new Map(ALL.map((each) => [each, 0]))
    for (let round = 0; round < 40; round++)
      for (const each of ALL) {
        run.end(each, 'slots', 1)
        claimed.set(each, (claimed.get(each) ?? 0) + run.pass(each))
      }
    for (const each of ALL) expect(claimed.get(each), each).toBeGreaterThan(2)
  },
)

test.prop([fc.integer({ min: 2, max: 8 }), fc.array(step, { maxLength: 60 })], { numRuns: 300 })(
  'two shards with work do not pass a unit to and fro for ever',
  (concurrency, steps) => {
    const run = new LendingRun({ concurrency }, NAMES)
    for (const one of steps) take(run, one)
    for (const each of ALL) {
      const shard = run.shard(each)
      shard.waiting = each === '0' || each === '1' ? 10_000 : 0
      run.end(each, 'slots', 100)
    }
    let changes = 0
    for (let round = 0; round < 60; round++)
      for (const each of ALL) {
        if (each === '0' || each === '1') run.end(each, 'slots', 1)
        const before = JSON.stringify(run.books)
        run.pass(each)
        if (round >= 30 && JSON.stringify(run.books) !== before) changes++
      }
    expect(changes).toBe(0)
  },
)
