/** For what a job has waited, in a line. */
import { expect, it } from 'vitest'
import { waitText } from '../../../lib/core/why/wait-text.ts'

it('says the whole, and its parts, the longest first', () => {
  const wait = { waited_ms: 4200, waits_ms: { 'pool|crm': 1000, slots: 3060 } }
  expect(waitText(wait)).toBe('waited 4.2 s: 3.1 s slots, 1 s pool crm')
})

it('says so if a job waited for nothing, or if nobody knows', () => {
  expect(waitText({ waited_ms: 80 })).toBe('waited 0.1 s')
  expect(waitText({})).toBe('nobody knows how long it waited')
})
