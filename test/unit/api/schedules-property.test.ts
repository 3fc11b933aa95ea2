/** Whatever somebody changes, and wherever somebody dies, each tick of a rule that stays the same has exactly one job. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ScheduleStore } from '../../../lib/ports/store.ts'
import { NOW } from '../../support/builders.ts'
import { live, MINUTE_MS, type Scene, scene, sync } from './scheduling.ts'

const EVERY_MS = 20_000

type Step =
  | { readonly kind: 'wait'; readonly time_ms: number }
  /** Another payload, window or priority; and who does it, or fires, dies at a write, before it or after it. */
  | {
      readonly kind: 'change'
      readonly customer: number
      readonly window: number
      readonly priority: 2 | 5
      readonly death?: Death
    }
interface Death {
  readonly verb: 'put' | 'withdraw' | 'fire'
  readonly isAfter: boolean
  readonly call: number
}

const death: fc.Arbitrary<Death> = fc.record({
  verb: fc.constantFrom('put', 'withdraw', 'fire'),
  isAfter: fc.boolean(),
  call: fc.integer({ min: 1, max: 3 }),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), time_ms: fc.integer({ min: 1, max: 45_000 }) }),
  fc.record(
    {
      kind: fc.constant('change' as const),
      customer: fc.nat(2),
      window: fc.constantFrom(0, 5000, 20_000),
      priority: fc.constantFrom(2 as const, 5 as const),
      death,
    },
    { requiredKeys: ['kind', 'customer', 'window', 'priority'] },
  ),
)

function dieOnce(schedules: ScheduleStore, { verb, isAfter, call }: Death): () => void {
  const real = schedules[verb] as (...given: unknown[]) => Promise<unknown>
  let calls = 0
  const dying = async (...given: unknown[]) => {
    if (++calls !== call) return real(...given)
    if (isAfter) await real(...given)
    throw new Error('died')
  }
  Object.assign(schedules, { [verb]: dying })
  return () => Object.assign(schedules, { [verb]: real })
}

async function take(own: Scene, one: Step): Promise<void> {
  if (one.kind === 'wait') return live(own, one.time_ms)
  const { customer, window, priority } = one
  const { schedules } = own.world.context.store
  const revive = one.death && dieOnce(schedules, one.death)
  const options = { window, priority, missed: 'all', force: true } as const
  const called = own.client.schedule(sync, 'acme', { every: EVERY_MS }, { customer: `c${customer}` }, options)
  await called.catch((error: unknown) => expect(String(error)).toContain('died'))
  // Who gets its message may die as well; messages come again, and so does the next tick.
  await own.world.wake().catch(() => {})
  revive?.()
}

/** The nominal times of the ticks whose jobs have begun. */
const ticksRun = ({ world }: Scene): number[] =>
  world.attempts.map(({ id }) => Date.parse(id.slice(id.indexOf('@') + 1)) - NOW).toSorted((a, b) => a - b)

test('each tick has exactly one job', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const own = scene()
      await own.client.schedule(sync, 'acme', { every: EVERY_MS }, { customer: 'c0' }, { missed: 'all' })
      for (const one of steps) await take(own, one)
      await live(own, 4 * MINUTE_MS)
      const until = own.world.now - NOW - 2 * MINUTE_MS
      const wanted = Array.from({ length: Math.floor(until / EVERY_MS) }, (_, n) => (n + 1) * EVERY_MS)
      const ran = ticksRun(own)
      expect(new Set(ran).size).toBe(ran.length)
      expect(ran.filter((at) => at <= until)).toEqual(wanted)
    }),
    { numRuns: 40 },
  )
}, 120_000)
