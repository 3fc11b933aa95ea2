/** Whatever a handler throws, what its slow-down writes can be read again: a state item that cannot stops its partition. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { RetryAfterError } from '../../../lib/api/retry-after.ts'
import { taskRunner } from '../../../lib/api/run-task.ts'
import { defineTask } from '../../../lib/api/task.ts'
import { endingOf } from '../../../lib/core/job/ending.ts'
import { slowDownSchema } from '../../../lib/core/limits/slow-down.ts'
import { configOf, jobItem, jobOf, NOW } from '../../support/builders.ts'

const job = jobOf(configOf({ concurrency: 1 }), jobItem())
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const foreign = (fields: object) => Object.assign(new Error('later'), { name: 'RetryAfterError' }, fields)

test.each([
  ['no reason, as HTTP/2 has no status text', new RetryAfterError('30s', '')],
  ['nothing but white space', new RetryAfterError('30s', '  \n ')],
  ['a page of HTML', new RetryAfterError('30s', '<a href="/">"</a>'.repeat(500))],
  ['quotes', new RetryAfterError('30s', '"'.repeat(999))],
  ['control characters', new RetryAfterError('30s', '\u0001'.repeat(999))],
  ['a fraction of a millisecond', foreign({ until: NOW + 0.5, reason: 'no' })],
  ['no time', foreign({ until: Number.NaN, reason: 'no' })],
  ['a date', foreign({ until: new Date(NOW + 5000), reason: 'no' })],
  ['text', foreign({ until: 'tomorrow', reason: 'no' })],
  ['endless', foreign({ until: Number.POSITIVE_INFINITY, reason: 'no' })],
  ['no text', foreign({ until: NOW, reason: undefined })],
  ['an object without a prototype', foreign({ until: Object.create(null), reason: Object.create(null) })],
])('%s', async (_what, error) => {
  const task = defineTask({
    name: 'sync',
    queue: 'crm',
    payload: z.any(),
    handler: () => Promise.reject(error),
  })
  const outcome = await taskRunner([task], () => silent)(job)
  const ending = endingOf(job, outcome, NOW, 0)
  if (ending.kind !== 'slowed') throw new Error(ending.kind)
  const { until, error: reason } = ending
  expect(slowDownSchema.safeParse({ until, reason }).success).toBe(true)
})
