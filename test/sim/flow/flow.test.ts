/** `bench:flow` gives the same figures for the same seed, and notices a product in which jobs do not flow. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Row } from '../../../bench/flow/rows.ts'

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const FLOW = fileOf('../../../bench/flow.ts')
const MUTATED_FLOW = fileOf('./mutated-flow.ts')

interface Report {
  readonly ok: boolean
  readonly rows: readonly Row[]
  readonly exitCode: number | null
}

/** In a process of its own: a run replaces the machine's timers. */
function flow(...args: readonly string[]): Report {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...args, '--json'], { encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return { ...(JSON.parse(stdout) as Pick<Report, 'ok' | 'rows'>), exitCode: status }
}

test('the same seed gives the same figures, another one others', () => {
  const first = flow(FLOW, '--only', 'limit 1, 80 % load')
  expect(first).toMatchObject({ ok: true, exitCode: 0 })
  expect(flow(FLOW, '--only', 'limit 1, 80 % load')).toEqual(first)
  expect(flow(FLOW, '--only', 'limit 1, 80 % load', '--seed', '2')).not.toEqual(first)
})

describe.each([
  ['limit 20, backlog', 'who lacks units stands in no line'],
  ['rate of 10 per 1 s', 'no wake-up arranged'],
])('%s', (name, mutant) => {
  test('holds', () => {
    expect(flow(FLOW, '--only', name)).toMatchObject({ ok: true, exitCode: 0 })
  })

  test(`is missed by the mutant "${mutant}"`, () => {
    const { ok, rows, exitCode } = flow(MUTATED_FLOW, mutant, '--only', name)
    expect({ ok, exitCode }).toEqual({ ok: false, exitCode: 1 })
    expect(rows.some((row) => !row.ok && row.goal !== undefined)).toBe(true)
  })
})
