/** The memory store behind DynamoDB's own rules: an item that DynamoDB would refuse is refused, and types change as there. */
import { fromItem, type Item, toItem } from '../../lib/adapters/dynamodb/database.ts'
import { memoryStore } from '../../lib/adapters/memory/store.ts'
import type { Tables } from '../../lib/adapters/memory/tables.ts'
import type { RawSchedule, Store } from '../../lib/ports/store.ts'
import { asShard } from '../support/builders.ts'
import { untyped } from '../support/untyped.ts'

/** DynamoDB's ValidationException: the same call fails again, however often it is repeated. */
export class Refused extends Error {
  override readonly name = 'ValidationException'
}

export function strictStore(tables: Tables): Store {
  const { jobs, states, history, schedules } = memoryStore(tables)
  return {
    jobs: {
      ...jobs,
      put: async (item) => jobs.put(stored(item)),
      putOnce: async (item, receipt) => jobs.putOnce(stored(item), stored(receipt)),
      putUnique: async (item, lock, found) => jobs.putUnique(stored(item), stored(lock), found),
      swapWaiting: async (state, item, swap) =>
        jobs.swapWaiting(state, checkedKey(item), {
          ...swap,
          next: stored(swap.next),
          lock: stored(swap.lock),
        }),
      putBatch: async (items) => jobs.putBatch(items.map(stored)),
      get: async (key) => jobs.get(checkedKey(key)),
      range: async (query) => jobs.range({ ...query, shard: asShard(checkedText(query.shard, 2048)) }),
      remove: async (key) => jobs.remove(checkedKey(key)),
      replace: async (key, next) => jobs.replace(checkedKey(key), stored(next)),
      bury: async (key, letter) => jobs.bury(checkedKey(key), stored(letter)),
    },
    states: {
      ...states,
      read: async (shard) => states.read(asShard(checkedText(shard, 2048))),
      start: async (shard, claim, attempt) => states.start(asShard(checkedText(shard, 2048)), claim, attempt),
      release: async (shard, holder) => states.release(asShard(checkedText(shard, 2048)), holder),
      override: async (owner, ...given) => {
        checkedText(owner.shard, 2048)
        return states.override(owner, ...given)
      },
    },
    history: { ...history, bury: async (letter) => history.bury(stored(letter)) },
    schedules: {
      ...schedules,
      get: async (key) => schedules.get(checkedText(key, 2048)),
      put: async (item, found) => schedules.put(storedSchedule(item), found),
      remove: async (key, found) => schedules.remove(checkedText(key, 2048), found),
      bury: async (item, letter) => schedules.bury(item, stored(letter)),
      fire: async (firing) =>
        schedules.fire({
          ...firing,
          schedule: storedSchedule(firing.schedule),
          jobs: firing.jobs.map(stored),
        }),
      putAtMostOnce: async (job) => schedules.putAtMostOnce(stored(job)),
    },
  }
}

const checkedKey = <K extends { readonly pk: string; readonly sk: string }>(key: K): K => {
  checkedText(key.pk, 2048)
  checkedText(key.sk, 1024)
  return key
}

function checkedText(value: unknown, most: number): string {
  if (typeof value !== 'string' || value === '') throw new Refused('a key is a text, and not empty')
  if (!value.isWellFormed()) throw new Refused('half a character')
  if (Buffer.byteLength(value) > most) throw new Refused(`a key has at most ${most} bytes`)
  return value
}

const MAX_ITEM_BYTES = 400 * 1024

/** As it comes back from DynamoDB. */
const stored = <I extends { readonly pk: string; readonly sk: string }>(item: I): I =>
  asItComesBack(checkedKey(item))

function storedSchedule<I extends RawSchedule>(item: I): I {
  checkedText(item.pk, 2048)
  return asItComesBack(item)
}

function asItComesBack<I extends object>(item: I): I {
  const attributes = toItem(item)
  const bytes = sizeOf({ M: attributes }, 0)
  if (bytes > MAX_ITEM_BYTES) throw new Refused(`Item size has exceeded the maximum allowed size: ${bytes}`)
  return fromItem(attributes) as unknown as I
}

const KINDS: Readonly<Record<string, (value: never, depth: number) => number>> = {
  S: (value: string) => (value.isWellFormed() ? Buffer.byteLength(value) : refuse('half a character')),
  N: (value: string) =>
    /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value) ? 1 + value.length / 2 : refuse(`N ${value}`),
  B: (value: Uint8Array) => value.length,
  BOOL: () => 1,
  NULL: () => 1,
  L: (value: Item[string][], depth) => 3 + sum(value.map((part) => 1 + sizeOf(part, depth + 1))),
  M: (value: Item, depth) =>
    3 + sum(Object.entries(value).map(([name, part]) => 1 + nameSize(name) + sizeOf(part, depth + 1))),
  SS: (value: string[]) => setSize(value, 'string'),
  NS: (value: string[]) => setSize(value, 'string'),
  BS: (value: Uint8Array[]) => setSize(value, 'object'),
}

function sizeOf(attribute: Item[string], depth: number): number {
  if (depth > 33) return refuse('nested deeper than 32 levels')
  const [[kind, value] = ['', undefined], ...others] = Object.entries(attribute)
  const size = KINDS[kind]
  if (!size || others.length > 0) return refuse(`an attribute of no type: ${kind}`)
  return size(untyped(value), depth)
}

const nameSize = (name: string): number =>
  name === '' ? refuse('a name is not empty') : Buffer.byteLength(name)

function setSize(values: readonly unknown[], type: string): number {
  if (values.length === 0) return refuse('an empty set')
  if (values.some((value) => typeof value !== type)) return refuse('a set of different types')
  return 3 + sum(values.map((value) => Buffer.byteLength(String(value))))
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0)

function refuse(reason: string): never {
  throw new Refused(reason)
}
