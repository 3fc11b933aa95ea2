/** A deploy changes the number of shards while jobs run, and for a while both versions are at work. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ALLOWED, LIMIT, PERIOD_MS, TwoVersions } from '../../support/two-versions.ts'

const KINDS = ['put', 'visit', 'visit', 'visitBoth', 'start', 'end', 'time'] as const
interface Step {
  readonly version: number
  readonly kind: (typeof KINDS)[number]
  readonly amount: number
}
const step: fc.Arbitrary<Step> = fc.record({
  version: fc.nat(1),
  kind: fc.constantFrom(...KINDS),
  amount: fc.nat(9),
})

const settle = async () => {
  for (let n = 0; n < 8; n++) await new Promise((resolve) => setImmediate(resolve))
}

async function take(world: TwoVersions, { version: n, kind, amount }: Step, name: string): Promise<void> {
  const version = world.versions[n]
  if (!version) throw new Error('two versions')
  if (kind === 'put') for (let k = 0; k <= amount; k++) world.put(version, `${name}-${k}`)
  if (kind === 'visit') await world.visit(version)
  if (kind === 'visitBoth') await Promise.all(world.versions.map((both) => world.visit(both)))
  if (kind === 'start') world.startAll(version)
  if (kind === 'end') world.endOne()
  if (kind === 'time') world.now += amount * 3000
  await settle()
}

describe('while versions with different numbers of shards overlap', () => {
  test('no more jobs run, and no more start, than the partition’s limits allow', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(1, 2, 3, 4), { minLength: 2, maxLength: 2 }),
        fc.array(step, { minLength: 10, maxLength: 60 }),
        fc.array(fc.nat(12), { minLength: 1, maxLength: 40 }),
        async (shards, steps, delays) => {
          let turn = 0
          const world = new TwoVersions(shards, () => delays[turn++ % delays.length] ?? 0)
          for (const [n, one] of steps.entries()) {
            await take(world, one, `job-${n}`)
            expect(world.running).toBeLessThanOrEqual(LIMIT)
          }
          expect(world.most).toBeLessThanOrEqual(LIMIT)
          expect(world.busiestWindow()).toBeLessThanOrEqual(ALLOWED)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('the new one uses the whole limit as soon as the jobs of the old one have ended', async () => {
    const world = new TwoVersions([1, 4], () => 0)
    const [before, after] = world.versions
    if (!before || !after) throw new Error('two versions')
    for (let n = 0; n < LIMIT; n++) world.put(before, `old-${n}`)
    await world.visit(before)
    world.startAll(before)
    await settle()
    expect(world.running).toBe(LIMIT)
    for (let n = 0; n < 40; n++) world.put(after, `new-${n}`)
    await world.visit(after)
    world.startAll(after)
    await settle()
    expect(world.running).toBe(LIMIT)
    for (let n = 0; n < LIMIT; n++) world.endOne()
    world.now += 2 * PERIOD_MS
    await settle()
    for (let n = 0; n < 3; n++) await world.visit(after)
    world.startAll(after)
    await settle()
    expect(world.running).toBe(LIMIT)
  })
})
