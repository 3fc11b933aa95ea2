import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { deadEvent, deadLetterOf, letterKeys } from '../../../lib/core/job/dead-letter.ts'
import { jobItem, NOW } from '../../support/builders.ts'

const of = (item: object, error = 'no') => deadLetterOf({ ...jobItem(), ...item }, 'refused', error, NOW)

describe('a dead letter', () => {
  test('says when, what, why and for how long', () => {
    const letter = deadLetterOf(jobItem(), 'exhausted', 'Error: no', NOW)
    expect(letter).toMatchObject({
      pk: expect.stringMatching(/^dead\|crm\|\d+$/),
      reason: 'exhausted',
      error: 'Error: no',
    })
    expect(letter.sk).toMatch(/^2030-01-31T09:00:00.000Z#5#2030-01-31T09:00:00.000Z#job#/)
    expect(JSON.parse(letter.job)).toEqual(jobItem())
    expect(letter.expiresAt).toBe(NOW / 1000 + 30 * 86_400)
  })

  test.each([
    ['crm|acme%7C1|3', 'acme%7C1'],
    ['crm|acme|+pool.api', 'acme'],
    ['crm', undefined],
    ['crm||3', undefined],
    ['crm|a%zz', undefined],
    ['crm|a|b|c', undefined],
  ])('of a job under %j is one of the partition %j', (pk, partition) => {
    expect(of({ pk }).partition).toBe(partition)
    expect('partition' in of({ pk })).toBe(partition !== undefined)
  })

  test('of an event names no partition', () => {
    expect('partition' in deadEvent({ queue: 'crm', id: 'e', event: { partition: 'a' } }, 'no', NOW)).toBe(
      false,
    )
  })

  test.each(['', '|a', 'a b|c', 'ü'])('of an item under %j is found under unknown', (pk) => {
    expect(of({ pk }).pk).toMatch(/^dead\|unknown\|\d+$/)
  })

  test('of each of two that died under one name in one millisecond has a key of its own', () => {
    expect(of({ pk: 'crm|a' }).sk).not.toBe(of({ pk: 'crm|b' }).sk)
    expect(deadEvent({ queue: 'q', id: 'e', event: 1 }, 'no', NOW).sk).not.toBe(
      deadEvent({ queue: 'q', id: 'e', event: 2 }, 'no', NOW).sk,
    )
  })

  test('is under one of its queue’s keys, and many are evenly under all that are numbered', () => {
    const count = new Map(letterKeys('crm').map((pk) => [pk, 0]))
    for (let n = 0; n < 1600; n++) {
      const { pk } = of(jobItem({ id: `01JBX${(n * 7919).toString(32).toUpperCase().padStart(21, '0')}` }))
      count.set(pk, (count.get(pk) ?? 0) + 1)
    }
    expect(count.size).toBe(17)
    for (const pk of letterKeys('crm').slice(1)) expect(count.get(pk)).toBeGreaterThan(50)
  })

  test('says if it holds only a part of what came', () => {
    expect(of({ payload: 'x'.repeat(380_000) }).truncated).toBeUndefined()
    expect(of({ payload: '"'.repeat(380_000) }).truncated).toBe(true)
  })

  test('shows sets as lists and bytes as base64', () => {
    const payload = { set: new Set(['a', new Set([1])]), bytes: new Uint8Array([1, 2]) }
    expect(JSON.parse(of({ payload }).job)).toMatchObject({ payload: { set: ['a', [1]], bytes: 'AQI=' } })
  })

  test.prop([fc.string({ unit: 'binary', maxLength: 1024 }), fc.string({ unit: 'binary', maxLength: 3000 })])(
    'is something that DynamoDB takes, whatever the name and the error',
    (sk, error) => {
      const letter = of({ sk }, error)
      expect(Buffer.byteLength(letter.sk)).toBeLessThanOrEqual(1024)
      expect(letter.sk.isWellFormed() && letter.error.isWellFormed() && letter.job.isWellFormed()).toBe(true)
    },
  )

  test.prop([fc.constantFrom('x', '€', '🚀', '"', '\u0001'), fc.nat(3)], { numRuns: 20 })(
    'of an item of 400 KB fits into an item',
    (char, shift) => {
      const payload = 'x'.repeat(shift) + char.repeat(409_000 / Buffer.byteLength(char))
      const letter = of({ payload, sk: '€'.repeat(341) }, '€'.repeat(3000))
      const bytes = Object.entries(letter)
        .flat()
        .reduce((sum, part) => sum + Buffer.byteLength(String(part)), 0)
      expect(bytes).toBeLessThan(400 * 1024)
      expect(letter.job.isWellFormed()).toBe(true)
      expect(letter.job).not.toContain('\ufffd')
    },
  )
})
