/** What an item says, as one text: two items of the same content are the same job as far as anybody can tell. */
import type { RawItem } from '../../../lib/core/job/job.ts'

/** Without its key and the mark of somebody who has cancelled it, and in an order of its own. */
export function contentOf(item: RawItem): string {
  const { pk: _pk, sk: _sk, cancellation: _mark, ...attributes } = item
  return JSON.stringify(attributes, inOrder)
}

function inOrder(_name: string, value: unknown): unknown {
  if (value instanceof Set || value instanceof Uint8Array) return ['not JSON', ...value]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
