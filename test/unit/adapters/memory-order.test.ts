/** The memory store orders keys as DynamoDB does: by their bytes in UTF-8. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { byBytes } from '../../../lib/adapters/memory/order.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\ue000', '\uffff', '😀', '😁') })

test.prop([text, text])('texts stand in the order of their bytes', (a, b) => {
  expect(Math.sign(byBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
})
