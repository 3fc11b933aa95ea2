/** Two configurations: the second changes one of the schedules that the first declares, removes one and makes one. */
import { type DeclaredInput, defineConfig } from '../../../lib/index.ts'

export type Version = 'first' | 'second'

const declare = (customer: string, name: string): DeclaredInput => ({
  task: 'report',
  queue: 'reports',
  every: '20s',
  payload: { customer, name },
})

const kept = declare('kept', 'both')
const DECLARED = {
  first: { kept, changed: declare('changed', 'first'), removed: declare('removed', 'first') },
  second: { kept, changed: declare('changed', 'second'), made: declare('made', 'second') },
} as const

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
    schedules: { partitions: 4, declared: DECLARED[version] },
  })
