/** Configurations that follow one another: by what they declare, and by the partitions that schedules lie in. */
import { type DeclaredInput, defineConfig, type SchedulesInput } from '../../../lib/index.ts'

const declare = (customer: string, name: string, every = '20s'): DeclaredInput => ({
  task: 'report',
  queue: 'reports',
  every,
  payload: { customer, name },
})

const kept = declare('kept', 'both')
const declared = { declared: declare('declared', 'both', '5s') }

const SCHEDULES = {
  first: {
    partitions: 4,
    declared: {
      kept,
      changed: declare('changed', 'first'),
      held: declare('held', 'first'),
      removed: declare('removed', 'first'),
    },
  },
  /** Changes two of the schedules that the first declares, removes one and makes one. */
  second: {
    partitions: 4,
    declared: {
      kept,
      changed: declare('changed', 'second'),
      held: declare('held', 'second'),
      made: declare('made', 'second'),
    },
  },
  /** Nobody fires the first partition. */
  many: { partitions: 32, enabledPartitions: from1To(32), declared },
  /** Another number, and by another rule: those with the same `name` in their payload lie together. */
  few: { partitions: 8, enabledPartitions: from1To(8), partitionBy: { payload: 'name' }, declared },
  /** All are fired, and none is declared. */
  open: { partitions: 32 },
} as const satisfies Record<string, SchedulesInput>

export type Version = keyof typeof SCHEDULES

export const configOf = (version: Version) =>
  defineConfig({
    queues: {
      reports: {
        partition: { payload: 'customer' },
        concurrency: 4,
        timeout: '8s',
        retry: { attempts: 3, backoff: '100ms' },
      },
    },
    schedules: SCHEDULES[version],
  })

function from1To(count: number): number[] {
  return Array.from({ length: count - 1 }, (_, n) => n + 1)
}
