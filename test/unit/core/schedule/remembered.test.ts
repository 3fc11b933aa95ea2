/** What is asked again is not made again, and what is remembered does not grow. */
import { expect, test } from 'vitest'
import { remembered } from '../../../../lib/core/schedule/remembered.ts'

test('an answer is made one time, `undefined` too, until others have taken its place', () => {
  const made: number[] = []
  const half = remembered(2, (number: number) => {
    made.push(number)
    return number % 2 === 0 ? number / 2 : undefined
  })
  expect([half(2), half(3), half(2), half(3)]).toEqual([1, undefined, 1, undefined])
  expect(made).toEqual([2, 3])
  expect([half(4), half(3), half(2)]).toEqual([2, undefined, 1])
  expect(made).toEqual([2, 3, 4, 2])
})
