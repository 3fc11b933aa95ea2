import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isScheduleName, partsOf, scheduleKey } from '../../../../lib/core/schedule/schedule-key.ts'
import { reason, value } from '../../../support/builders.ts'

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }).filter(isScheduleName)
const tricky = fc.string({
  unit: fc.constantFrom('|', '%', '7', 'C', '2', '5', 'a', '$'),
  minLength: 1,
  maxLength: 128,
})

describe('the key of a schedule', () => {
  test('is its task and its name', () => {
    expect(scheduleKey('sync', 'nightly')).toBe('sync|nightly')
    expect(scheduleKey('a|b', '100%')).toBe('a%7Cb|100%25')
  })

  property.prop([fc.oneof(name, tricky), fc.oneof(name, tricky)])('gives its parts back', (task, name) => {
    expect(value(partsOf(scheduleKey(task, name)))).toEqual({ task, name })
  })

  property.prop([fc.oneof(fc.string(), tricky)])('has one spelling', (text) => {
    const parts = partsOf(text)
    if (parts.ok) expect(scheduleKey(parts.value.task, parts.value.name)).toBe(text)
  })

  property.prop([fc.tuple(tricky, tricky), fc.tuple(tricky, tricky)])(
    'is no other schedule’s',
    (one, other) => {
      expect(scheduleKey(...one) === scheduleKey(...other)).toBe(one[0] === other[0] && one[1] === other[1])
    },
  )

  property.prop([fc.oneof(name, tricky), fc.oneof(name, tricky)])(
    'fits into a key of DynamoDB',
    (task, name) => {
      expect(Buffer.byteLength(scheduleKey(task, name))).toBeLessThanOrEqual(2048)
    },
  )

  test.each([
    ['nothing', ''],
    ['no name', 'sync'],
    ['an empty name', 'sync|'],
    ['an empty task', '|nightly'],
    ['three parts', 'a|b|c'],
    ['another spelling of the separator', 'a%7cb|c'],
    ['a % that escapes nothing', 'a|100%'],
    ['an escape that needs none', 'a|%41'],
    ['the note of the partitions', '$partitions'],
    ['a long name', `sync|${'x'.repeat(129)}`],
    ['a long task', `${'x'.repeat(129)}|nightly`],
    ['half of a character', 'sync|\ud800'],
  ])('is not %s', (_what, key) => {
    expect(reason(partsOf(key))).toMatch(/^(pk|the task in pk|the name in pk) /)
  })
})
