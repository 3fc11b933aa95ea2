/** Where payloads are kept that are too large for the Jobs table. Every adapter passes `test/contract/payloads.ts`. */
import type { PayloadKey } from '../core/job/payload-key.ts'

export interface Payloads {
  /** Puts a text under its key. If it stands there already, the time for which it is kept begins anew. */
  put(key: PayloadKey, text: string): Promise<void>
  /**
   * Strongly consistent. Anything but these outcomes is thrown.
   * @param within_ms gives up after so long. Default: when the client does
   */
  get(key: PayloadKey, within_ms?: number): Promise<FoundPayload>
}

export type FoundPayload =
  /** `putAt`: when, epoch ms. */
  | { readonly kind: 'found'; readonly text: string; readonly putAt: number }
  | { readonly kind: 'missing' }
  /** Larger than `MAX_PAYLOAD_BYTES`, and not read. */
  | { readonly kind: 'tooLarge'; readonly bytes: number }
