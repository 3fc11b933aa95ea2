/** Queues that may be full, in memory: what is counted, what is there, and calls that come in any order, twice or not at all. */
import { memoryStore } from '../../lib/adapters/memory/store.ts'
import { emptyTables, type Tables } from '../../lib/adapters/memory/tables.ts'
import { partsOfItem, sizesOf } from '../../lib/core/job/counted.ts'
import type { JobItem, RawItem } from '../../lib/core/job/job.ts'
import type { NewItem } from '../../lib/core/job/one-only.ts'
import type { Part } from '../../lib/core/limits/queue-size.ts'
import type { Config } from '../../lib/core/queue/config.ts'
import type { Store } from '../../lib/ports/store.ts'

export const itemsIn = ({ jobs }: Tables): RawItem[] =>
  [...jobs.values()].flatMap((shard) => [...shard.from('')])

/** What the numbers have to be: parts without jobs are left out. */
export function numbersOf(items: readonly RawItem[]): Record<string, number> {
  const numbers: Record<string, number> = {}
  for (const { pk, sk } of items.flatMap(partsOfItem))
    numbers[`${pk} ${Number(sk)}`] = (numbers[`${pk} ${Number(sk)}`] ?? 0) + 1
  return numbers
}

/** What they are. */
export const numbersIn = ({ sizes = new Map() }: Tables): Record<string, number> =>
  Object.fromEntries(
    [...sizes].flatMap(([pk, parts]) =>
      [...(parts as Map<number, Part>)].flatMap(([part, { jobs }]) =>
        jobs === 0 ? [] : [[`${pk} ${part}`, jobs]],
      ),
    ),
  )

export const sizedJob = (config: Config, item: JobItem, only: Partial<NewItem> = {}): NewItem => ({
  ...only,
  item,
  ...sizesOf(config, item),
})

export type Fate = 'answered' | 'sent twice' | 'lost before' | 'lost after'

export interface Unsteady {
  readonly tables: Tables
  readonly store: Store
}

/**
 * A store whose calls wait until it is their turn, and may fail.
 * @param fate of a call, when its turn has come. `sent twice`: its first reply was lost, and the SDK has sent it again.
 * @param turn resolves when the call may go on
 * @param seen is called after every change
 */
export function unsteadyStore(
  fate: () => Fate,
  turn: () => Promise<unknown>,
  seen: (tables: Tables) => void,
): Unsteady {
  const tables = emptyTables()
  const inner = memoryStore(tables)
  const unsteady = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, verb) => {
        const call: unknown = Reflect.get(target, verb)
        if (typeof call !== 'function') return call
        return async (...given: unknown[]) => {
          await turn()
          const what = fate()
          if (what === 'lost before') throw new Error('lost')
          const first: unknown = await Reflect.apply(call, target, given)
          seen(tables)
          if (what === 'lost after') throw new Error('lost')
          const answer: unknown = what === 'sent twice' ? await Reflect.apply(call, target, given) : first
          seen(tables)
          return answer
        }
      },
    })
  return { tables, store: { ...inner, jobs: unsteady(inner.jobs), history: unsteady(inner.history) } }
}
