/** The kept seeds, one campaign, and the promise that a seed replays to the same trace. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Summary } from './campaign/summary.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const kept = JSON.parse(readFileSync(new URL('./seeds.json', import.meta.url), 'utf8')) as {
  readonly seed: number
  readonly found: string
}[]

/** In a process of its own: a run replaces the machine's timers. */
const sim = (...args: string[]): string =>
  execFileSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 })

test.each(kept)('seed $seed no longer finds: $found', ({ seed }) => {
  expect(sim('--seed', String(seed), '--quiet')).toContain(`seed ${seed}:`)
})

test('a seed replays to the same trace, event by event', () => {
  expect(sim('--seed', '7')).toBe(sim('--seed', '7'))
})

test('a backlog makes long chains of messages: Lambda must not take them for loops', () => {
  const refused = ['18', '27', '28', '39'].map((seed) => {
    const printed = sim('--seed', seed, '--quiet', '--loop-detection')
    return Number(/^(\d+) messages refused as loops/m.exec(printed)?.[1])
  })
  expect(refused.reduce((sum, count) => sum + count)).toBeGreaterThan(100)
})

describe('a campaign', () => {
  const sum = JSON.parse(sim('--seeds', '250', '--from', '10000', '--json')) as Omit<
    Summary,
    'violations'
  > & { violations: number }

  test('finds nothing', () => {
    expect(sum.violations).toBe(0)
    expect(sum.seeds).toBe(250)
  })

  test.each(Object.entries(sum.faults))('has the fault %s', (_name, count) => {
    expect(count).toBeGreaterThan(0)
  })

  test.each(Object.entries(sum.sometimes))('has it that %s', (_name, count) => {
    expect(count).toBeGreaterThan(0)
  })
})
