/** The Payloads bucket in memory: for tests and simulations. */
import { MAX_PAYLOAD_BYTES } from '../../core/job/payload-key.ts'
import type { Payloads } from '../../ports/payloads.ts'

export interface MemoryObject {
  readonly text: string
  /** Epoch ms. */
  readonly putAt: number
}

export const memoryPayloads = (
  now: () => number,
  objects: Map<string, MemoryObject> = new Map(),
): Payloads => ({
  put: async (key, text) => void objects.set(key, { text, putAt: now() }),
  get: async (key) => {
    const found = objects.get(key)
    if (!found) return { kind: 'missing' }
    const bytes = Buffer.byteLength(found.text)
    return bytes > MAX_PAYLOAD_BYTES ? { kind: 'tooLarge', bytes } : { kind: 'found', ...found }
  },
})
