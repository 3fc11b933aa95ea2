import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { formatShard, parseShard } from '../../../lib/core/keys.ts'
import { partitionOf, partitionSchema } from '../../../lib/core/queue/partition.ts'
import { tenant } from '../../support/arbitraries.ts'
import { value } from '../../support/builders.ts'

const rule = (input: unknown) => partitionSchema.parse(input)
const of = (input: unknown, job: { payload?: unknown; meta?: unknown }) =>
  partitionOf(rule(input), { task: 'sync', payload: {}, ...job })

describe('a partition', () => {
  test.each([
    ['task', {}, 'sync'],
    [{ task: true }, {}, 'sync'],
    [{ payload: 'a' }, { payload: { a: 'x' } }, 'x'],
    [{ payload: 'a.b' }, { payload: { a: { b: 'x' } } }, 'x'],
    [{ payload: 'a.0' }, { payload: { a: ['x'] } }, 'x'],
    [{ payload: ['a', 'b'] }, { payload: { a: 'x', b: 2 } }, 'x,2'],
    [{ payload: ['a', 'b'] }, { payload: { a: 'x,y', b: 'z' } }, 'x%2Cy,z'],
    [{ payload: 'a', task: true }, { payload: { a: 'x' } }, 'sync,x'],
    [{ meta: 'tenant' }, { meta: { tenant: 'x' } }, 'x'],
    [{ payload: 'a' }, { payload: { a: 'p|q%' } }, 'p%7Cq%25'],
    [{ payload: 'a' }, { payload: { a: 'x,y' } }, 'x,y'],
    [{ payload: 'a' }, { payload: { a: false } }, 'false'],
  ])('by %j of %j is %s', (input, job, partition) => {
    expect(of(input, job)).toBe(partition)
  })

  test.each([
    [{ payload: 'a' }, {}],
    [{ payload: 'a' }, { payload: 'text' }],
    [{ payload: 'a' }, { payload: { a: '' } }],
    [{ payload: 'a' }, { payload: { a: null } }],
    [{ payload: 'a' }, { payload: { a: {} } }],
    [{ payload: 'a.b' }, { payload: { a: null } }],
    [{ payload: 'toString.name' }, { payload: {} }],
    [{ meta: 'a' }, { payload: { a: 'x' } }],
  ])('by %j of %j names what is missing', (input, job) => {
    expect(() => of(input, job)).toThrow(/^(payload|meta)\.\S+ must be a text or a number/)
  })

  test('is at most 256 characters', () => {
    expect(of({ payload: 'a' }, { payload: { a: 'x'.repeat(256) } })).toHaveLength(256)
    expect(() => of({ payload: 'a' }, { payload: { a: 'x'.repeat(257) } })).toThrow('longer than 256')
    expect(() => of({ payload: 'a' }, { payload: { a: '|'.repeat(100) } })).toThrow('longer than 256')
  })

  const pair = fc.record({ a: tenant, b: tenant })
  test.prop([pair, pair])('of several values differs where they differ', (one, other) => {
    const same = one.a === other.a && one.b === other.b
    const parts = [one, other].map((payload) => of({ payload: ['a', 'b'] }, { payload }))
    expect(parts[0] === parts[1]).toBe(same)
  })

  test.prop([tenant])('stays one part of a key', (a) => {
    const partition = of({ payload: 'a' }, { payload: { a } })
    expect(value(parseShard(formatShard({ queue: 'q', partition, index: 3 })))).toEqual({
      queue: 'q',
      partition,
      index: 3,
    })
  })
})

describe('a rule', () => {
  test.each([
    {},
    { task: false },
    { payload: '' },
    { payload: [] },
    { payload: 'a', meta: 'b' },
    { payload: 'a', more: 1 },
    'tasks',
    7,
  ])('%j is refused', (input) => {
    expect(partitionSchema.safeParse(input).success).toBe(false)
  })
})
