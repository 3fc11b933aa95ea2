/** What a campaign adds up to. Plain JSON, so that processes can send it to each other. */
import type { Result, Violation } from '../run.ts'

export interface Summary {
  seeds: number
  steps: number
  violations: Violation[]
  virtual_hours: number
  faults: Record<string, number>
  sometimes: Record<string, number>
  slowest_recovery_ms: number
}

export const emptySummary = (): Summary => ({
  seeds: 0,
  steps: 0,
  violations: [],
  virtual_hours: 0,
  faults: {},
  sometimes: {},
  slowest_recovery_ms: 0,
})

export const summaryOf = (result: Result): Summary => ({
  seeds: 1,
  steps: result.steps,
  violations: [...result.violations],
  virtual_hours: result.virtual_ms / 3_600_000,
  faults: Object.fromEntries(result.faults),
  sometimes: Object.fromEntries(result.sometimes),
  slowest_recovery_ms: result.slowest_recovery_ms,
})

export function add(sum: Summary, one: Summary): void {
  sum.seeds += one.seeds
  sum.steps += one.steps
  sum.violations.push(...one.violations)
  sum.virtual_hours += one.virtual_hours
  sum.slowest_recovery_ms = Math.max(sum.slowest_recovery_ms, one.slowest_recovery_ms)
  for (const [name, count] of Object.entries(one.faults)) sum.faults[name] = (sum.faults[name] ?? 0) + count
  for (const [name, count] of Object.entries(one.sometimes))
    sum.sometimes[name] = (sum.sometimes[name] ?? 0) + count
}
