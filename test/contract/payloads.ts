/** What every adapter of the payloads port does. */
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { MAX_PAYLOAD_BYTES, type PayloadKey, payloadKeyFor } from '../../lib/core/job/payload-key.ts'
import type { Payloads } from '../../lib/ports/payloads.ts'

const keyOf = (text: string): PayloadKey => {
  const key = payloadKeyFor(text, 0)
  if (!key) throw new Error('no key')
  return key
}
/** Nobody else has put it. */
const fresh = (text = ''): string => JSON.stringify({ id: randomUUID(), text })

export function describePayloads(name: string, payloads: () => Payloads): void {
  describe(name, () => {
    test.each(['', 'ü€😀', '\uffff\u0000 "\\', ' '.repeat(40_000)])(
      'what is put comes back: %j',
      async (part) => {
        const text = fresh(part)
        await payloads().put(keyOf(text), text)
        expect(await payloads().get(keyOf(text))).toMatchObject({ kind: 'found', text })
      },
    )

    test('the largest comes back, and one byte more is not read', async () => {
      const frame = Buffer.byteLength(fresh())
      for (const [more, kind] of [[0, 'found'] as const, [1, 'tooLarge'] as const]) {
        const text = fresh('x'.repeat(MAX_PAYLOAD_BYTES - frame + more))
        await payloads().put(keyOf(text), text)
        const found = await payloads().get(keyOf(text))
        expect(found.kind).toBe(kind)
        if (found.kind === 'found') expect(found.text === text).toBe(true)
        if (found.kind === 'tooLarge') expect(found.bytes).toBe(MAX_PAYLOAD_BYTES + 1)
      }
    })

    test('what was not put is missing', async () => {
      expect(await payloads().get(keyOf(fresh()))).toEqual({ kind: 'missing' })
    })

    test('what is put again is what was put last, from then on', async () => {
      const key = keyOf(fresh())
      await payloads().put(key, 'first')
      const first = await payloads().get(key)
      await payloads().put(key, 'second')
      const second = await payloads().get(key)
      expect([first, second]).toMatchObject([{ text: 'first' }, { text: 'second' }])
      if (first.kind !== 'found' || second.kind !== 'found') throw new Error('not found')
      expect(second.putAt).toBeGreaterThanOrEqual(first.putAt)
    })

    test('it says when it was put', async () => {
      const text = fresh()
      const before = Date.now()
      await payloads().put(keyOf(text), text)
      const found = await payloads().get(keyOf(text))
      if (found.kind !== 'found') throw new Error('not found')
      // S3 says it in whole seconds.
      expect(found.putAt).toBeGreaterThanOrEqual(before - 1000)
      expect(found.putAt).toBeLessThanOrEqual(Date.now() + 1000)
    })
  })
}
