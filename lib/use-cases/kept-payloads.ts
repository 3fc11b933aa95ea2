/** Payloads in the bucket: put before the item that names them, read before the handler, put again before they go. */

import { needsRenewal, type PayloadKey } from '../core/job/payload-key.ts'
import { missingPayload, openText, type Placed, tooLargePayload } from '../core/job/place-payload.ts'
import { type Parsed, parsed, refused } from '../core/text/parsed.ts'
import type { Clock } from '../ports/clock.ts'
import type { Payloads } from '../ports/payloads.ts'

export interface PayloadsContext {
  readonly payloads: Payloads
  readonly clock: Clock
}

/**
 * Puts a new job's payload. Only then may its item be put: whoever dies in between leaves an object that nobody names,
 * which the bucket's lifecycle removes, and no job without its payload.
 */
export async function keepPayload(
  { payloads }: Pick<PayloadsContext, 'payloads'>,
  { kept }: Placed,
): Promise<void> {
  if (kept) await payloads.put(kept.key, kept.text)
}

/**
 * The payload under a key, or why there is none that can be used. It is kept for long enough after this.
 * @param within_ms throws if S3 has not answered by then
 */
export async function openPayload(
  context: PayloadsContext,
  key: PayloadKey,
  within_ms: number,
): Promise<Parsed<unknown>> {
  const opened = await open(context, key, within_ms)
  if (!opened.ok) return opened
  const { payload, text, putAt } = opened.value
  if (needsRenewal(key, putAt, context.clock.now())) await context.payloads.put(key, text)
  return parsed(payload)
}

/** The same for somebody who gives a job another life: the time for which its payload is kept begins anew. */
export async function renewPayload(
  context: Pick<PayloadsContext, 'payloads'>,
  key: PayloadKey,
): Promise<Parsed<unknown>> {
  const opened = await open(context, key)
  if (!opened.ok) return opened
  await context.payloads.put(key, opened.value.text)
  return parsed(opened.value.payload)
}

interface Opened {
  readonly payload: unknown
  readonly text: string
  readonly putAt: number
}

async function open(
  { payloads }: Pick<PayloadsContext, 'payloads'>,
  key: PayloadKey,
  within_ms?: number,
): Promise<Parsed<Opened>> {
  const found = await payloads.get(key, within_ms)
  switch (found.kind) {
    case 'missing':
      return refused(missingPayload(key))
    case 'tooLarge':
      return refused(tooLargePayload(key, found.bytes))
    case 'found': {
      const payload = openText(key, found.text)
      return payload.ok ? parsed({ ...found, payload: payload.value }) : payload
    }
  }
}
