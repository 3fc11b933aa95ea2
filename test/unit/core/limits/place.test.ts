import { expect, test } from 'vitest'
import { lineSchema } from '../../../../lib/adapters/dynamodb/books-item.ts'
import { placeAt, priorityIn, turnIn } from '../../../../lib/core/limits/place.ts'

const PRIORITIES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

test('a place has a priority and a turn', () => {
  for (const priority of PRIORITIES)
    for (const turn of [1, 77, 1e9]) {
      const place = placeAt(priority, turn)
      expect([priorityIn(place), turnIn(place)]).toEqual([priority, turn])
    }
})

test('of the default priority it is the turn alone, as it always was', () => {
  expect(placeAt(5, 12)).toBe(12)
  expect(priorityIn(12)).toBe(5)
})

test('any place stands in an item that earlier versions read', () => {
  for (const priority of PRIORITIES)
    expect(lineSchema.safeParse({ slots: { a: placeAt(priority, 1e10) }, starts: {} }).success).toBe(true)
})
