/** Two configurations: the second lowers a limit and adds a queue. */
import { type Config, defineConfig, type QueueInput } from '../../../lib/index.ts'

export type Version = 'first' | 'second'
export const CONCURRENCY = { first: 4, second: 1 } as const

export const configOf = (version: Version): Config => {
  const queue = { partition: { payload: 'customer' }, timeout: '4s' } as const
  const queues: Record<string, QueueInput> = {
    lowered: { ...queue, concurrency: CONCURRENCY[version] },
    ...(version === 'first' ? {} : { added: queue }),
  }
  return defineConfig({ queues })
}
