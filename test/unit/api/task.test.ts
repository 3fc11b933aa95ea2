/** What a task may be made of, if nobody has checked its types. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { defineBatchTask } from '../../../lib/api/batch-task.ts'
import { defineTask } from '../../../lib/api/task.ts'
import { ConfigurationError } from '../../../lib/core/errors.ts'
import { untyped } from '../../support/untyped.ts'

const RIGHT = { name: 'sync', queue: 'crm', payload: z.unknown(), handler: async () => {} }

describe.each([
  ['defineTask', defineTask],
  ['defineBatchTask', defineBatchTask],
])('%s', (_name, define) => {
  test.each([
    ['nothing', undefined, 'task'],
    ['no name', { ...RIGHT, name: undefined }, 'task.name'],
    ['no queue', { ...RIGHT, queue: '' }, 'task.queue'],
    ['no schema', { ...RIGHT, payload: {} }, 'task.payload'],
    ['no handler', { ...RIGHT, handler: 'sync.ts' }, 'task.handler'],
    ['a weight of nothing', { ...RIGHT, pools: { api: 0 } }, 'task.pools.api'],
    ['a cost of nothing', { ...RIGHT, cost: 0 }, 'task.cost'],
  ])('refuses %s', (_what, definition, path) => {
    expect(() => define(untyped(definition))).toThrow(ConfigurationError)
    expect(() => define(untyped(definition))).toThrow(expect.objectContaining({ path }))
  })

  test('refuses a limit whose name is misspelt', () => {
    expect(() => define(untyped({ ...RIGHT, pool: { api: 1 } }))).toThrow(/pool/)
  })

  test('takes a schema that is a function, and a cost that is one', () => {
    const payload = Object.assign(() => {}, { '~standard': z.unknown()['~standard'] })
    expect(define(untyped({ ...RIGHT, payload, cost: () => 2 }))).toMatchObject({ name: 'sync' })
  })
})
