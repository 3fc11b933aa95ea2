/** The memory store orders keys as DynamoDB does: by their bytes in UTF-8. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { ItemCollection } from '../../../lib/adapters/memory/item-collection.ts'
import { byBytes } from '../../../lib/adapters/memory/order.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\ue000', '\uffff', '😀', '😁'), maxLength: 4 })
const inBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

test.prop([text, text])('texts stand in the order of their bytes', (a, b) => {
  expect(Math.sign(byBytes(a, b))).toBe(inBytes(a, b))
})

test.prop([fc.array(text), fc.array(text), text])(
  'items are read in their order, from a key on',
  (puts, deleted, from) => {
    const items = new ItemCollection()
    for (const sk of puts) items.set(sk, { pk: 'p', sk })
    for (const sk of deleted) items.delete(sk)
    const left = [...new Set(puts)].filter((sk) => !deleted.includes(sk) && inBytes(sk, from) >= 0)
    expect([...items.from(from)].map(({ sk }) => sk)).toEqual(left.sort(inBytes))
  },
)
