/** What can be iterated, or not: it ends, throws, never ends, never answers, or is no iterator as the language has them. */
import { fc } from '@fast-check/vitest'
import { anything } from './bodies.ts'

export interface Source {
  readonly iterable: unknown
  /** How many items it has given out. Absent where nobody can see that. */
  readonly taken?: () => number
}

type Give = () => number
/** Each is made anew: an iterator is used up. */
type Maker = (give: Give) => unknown

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const pause = fc.constantFrom(0, 1, 400)
const length = fc.nat(12)
const thrown = fc.constantFrom<unknown>(
  new Error('the source is gone'),
  undefined,
  Object.create(null),
  Symbol('x'),
)

const sync = length.map(
  (n): Maker =>
    function* (give) {
      for (let left = n; left > 0; left--) yield give()
    },
)
const later = fc.tuple(length, pause).map(
  ([n, ms]): Maker =>
    async function* (give) {
      for (let left = n; left > 0; left--) {
        if (ms > 0) await sleep(ms)
        yield give()
      }
    },
)
const throwing = fc.tuple(length, thrown).map(
  ([n, error]): Maker =>
    function* (give) {
      for (let left = n; left > 0; left--) yield give()
      throw error
    },
)
const throwingLater = fc.tuple(length, thrown).map(
  ([n, error]): Maker =>
    async function* (give) {
      for (let left = n; left > 0; left--) yield give()
      throw error
    },
)
const endless: Maker = function* (give) {
  for (;;) yield give()
}
const endlessLater: Maker = async function* (give) {
  for (;;) yield give()
}
const stuck = length.map(
  (n): Maker =>
    async function* (give) {
      for (let left = n; left > 0; left--) yield give()
      await new Promise(() => {})
    },
)
/** Iterators by hand: what their methods return, or that they have none. */
const byHand = fc
  .record({
    next: fc.constantFrom<unknown>(undefined, 5, null, {}, { done: true }, Symbol('x')),
    return: fc.boolean(),
    is: fc.constantFrom('complete', 'without next', 'no iterator', 'throwing'),
  })
  .map(
    ({ next, return: close, is }): Maker =>
      (give) => ({
        [Symbol.iterator]: () => {
          if (is === 'throwing') throw new Error('no iterator today')
          if (is === 'no iterator') return undefined
          if (is === 'without next') return {}
          return {
            next: () => {
              if (typeof next === 'object' && next !== null && !('done' in next)) give()
              return next
            },
            ...(close ? { return: notClosed } : {}),
          }
        },
      }),
  )
const notClosed = (): never => {
  throw new Error('it does not close')
}
const notIterable = anything.filter((value) => typeof value !== 'string' && !Array.isArray(value))

export const source: fc.Arbitrary<() => Source> = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(sync, later).map(counted) },
  { weight: 3, arbitrary: fc.oneof(throwing, throwingLater).map(counted) },
  { weight: 2, arbitrary: fc.constantFrom(endless, endlessLater).map(counted) },
  { weight: 2, arbitrary: stuck.map(counted) },
  { weight: 2, arbitrary: byHand.map(counted) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'grapheme', maxLength: 9 }).map((text) => () => ({ iterable: text })),
  },
  { weight: 1, arbitrary: notIterable.map((value) => () => ({ iterable: value })) },
)

function counted(make: Maker): () => Source {
  return () => {
    let given = 0
    return { iterable: make(() => given++), taken: () => given }
  }
}
