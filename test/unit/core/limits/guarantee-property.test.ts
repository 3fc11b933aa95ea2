/** Whatever shards do: what is guaranteed is free for its partition, the total holds, and nobody waits for ever. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { freeUnits, unfilledOf } from '../../../../lib/core/limits/lending.ts'
import { lentOut } from '../../../../lib/core/limits/limiter.ts'
import { LendingRun } from '../../../support/lending-run.ts'

const ACME = ['crm|acme|0', 'crm|acme|1']
const OTHERS = ['crm|bolt', 'crm|c', 'crm|d']
const NAMES = [...ACME, ...OTHERS]

const guarantees = fc
  .record({
    acme: fc.integer({ min: 1, max: 3 }),
    bolt: fc.integer({ min: 1, max: 2 }),
    more: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ acme, bolt, more }) => ({ units: { acme, bolt }, total: acme + bolt + more }))
const name = fc.constantFrom(...NAMES)
const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), name, count: fc.nat(6) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), name }) },
  fc.record({ kind: fc.constant('end' as const), name, count: fc.nat(4) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type Guarantees = typeof guarantees extends fc.Arbitrary<infer T> ? T : never

function runOf(guaranteed: Guarantees): LendingRun {
  const run = new LendingRun({ concurrency: guaranteed.total }, NAMES)
  run.limiter = { guaranteed, givesIdleBack: true }
  return run
}

function take(run: LendingRun, one: Step): void {
  if (one.kind === 'put') run.shard(one.name).waiting += one.count
  if (one.kind === 'end') run.end(one.name, 'slots', one.count)
  if (one.kind === 'pass') run.pass(one.name)
}

const lackOf = (run: LendingRun, partition: string): number =>
  unfilledOf(run.portion('crm|c'), 'slots').get(partition) ?? 0
const inUse = (run: LendingRun, names: readonly string[]): number =>
  names.reduce((sum, each) => sum + run.shard(each).inUse.slots, 0)

test.prop([guarantees, fc.array(step, { maxLength: 80 })], { numRuns: 150 })(
  'what is lacking is free at any moment, and a partition gets it in its own pass',
  (guaranteed, steps) => {
    const run = runOf(guaranteed)
    for (const one of steps) {
      take(run, one)
      const { books } = run
      expect(lentOut(books.slots)).toBeLessThanOrEqual(guaranteed.total)
      const lacking = lackOf(run, 'acme') + lackOf(run, 'bolt')
      expect(lacking).toBeLessThanOrEqual(freeUnits(run.portion('crm|c'), 'slots'))
    }
    for (const each of ACME) run.shard(each).waiting += 3
    for (const each of ACME) run.pass(each)
    expect(inUse(run, ACME)).toBeGreaterThanOrEqual(guaranteed.units.acme)
  },
)

test.prop([guarantees, fc.array(step, { maxLength: 60 })], { numRuns: 150 })(
  'a guarantee that comes later is given as soon as all have ended a job for each unit',
  (guaranteed, steps) => {
    const run = runOf(guaranteed)
    run.limiter = { givesIdleBack: true }
    for (const one of steps) take(run, one)
    run.limiter = { guaranteed, givesIdleBack: true }
    for (const each of NAMES) run.shard(each).waiting = 1000
    for (const each of ACME) run.pass(each)
    for (let turn = 0; turn < guaranteed.total; turn++)
      for (const each of [...OTHERS, ...ACME]) {
        run.end(each, 'slots', 1)
        run.pass(each)
      }
    expect([lackOf(run, 'acme'), lackOf(run, 'bolt')]).toEqual([0, 0])
  },
)

test.prop([guarantees, fc.array(step, { maxLength: 60 }), fc.nat(9)], { numRuns: 150 })(
  'all others have their turn, with a total that was lowered too',
  (guaranteed, steps, lower) => {
    const run = runOf(guaranteed)
    for (const one of steps) take(run, one)
    run.limits = { concurrency: Math.max(1, guaranteed.total - lower) }
    for (const each of NAMES) run.shard(each).waiting = 1000
    const claimed = new Map(NAMES.map((each) => [each, 0]))
    for (let round = 0; round < 40; round++)
      for (const each of NAMES) {
        run.end(each, 'slots', 1)
        claimed.set(each, (claimed.get(each) ?? 0) + run.pass(each))
      }
    for (const each of NAMES) expect(claimed.get(each), each).toBeGreaterThan(2)
  },
)

const several = fc
  .record({
    units: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 1, max: 40 }), {
      minKeys: 1,
    }),
    more: fc.nat(40),
  })
  .map(({ units, more }) => ({ units, total: sumOf(units) + more }))
const sumOf = (units: Readonly<Record<string, number>>): number =>
  Object.values(units).reduce((sum, one) => sum + one, 0)

test.prop([several, fc.nat(200)])(
  'of a lowered total each has its part, the others at least theirs, and nobody more than of a larger one',
  (guaranteed, lower) => {
    const cap = Math.max(0, guaranteed.total - lower)
    const at = (concurrency: number) => {
      const run = new LendingRun({ concurrency }, NAMES)
      run.limiter = { guaranteed }
      return unfilledOf(run.portion('crm|c'), 'slots')
    }
    const [now, before] = [at(cap), at(cap + 1)]
    const others = guaranteed.total - sumOf(guaranteed.units)
    expect(cap - sumOf(Object.fromEntries(now))).toBeGreaterThanOrEqual(Math.min(cap, Math.min(1, others)))
    for (const [name, units] of now) {
      expect(units).toBeLessThanOrEqual(before.get(name) ?? 0)
      expect(units).toBeLessThanOrEqual(guaranteed.units[name] ?? 0)
    }
    const partitions = Object.keys(guaranteed.units)
    if (cap > partitions.length) expect([...now.keys()]).toEqual(partitions)
  },
)
