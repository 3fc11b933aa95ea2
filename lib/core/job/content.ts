/** What a job is, wherever it goes: its task, and its payload or where that is kept. */
import type { PayloadKey } from './payload-key.ts'

export interface Content {
  readonly task: string
  /** Either this or `payloadKey`. */
  readonly payload?: unknown
  /** Where the payload is kept, if not in the item. */
  readonly payloadKey?: PayloadKey | undefined
}

export function contentProblem({ payload, payloadKey }: Content): string | undefined {
  if (payload === undefined && payloadKey === undefined) return 'payload: is missing'
  if (payload === undefined || payloadKey === undefined) return undefined
  return 'payload and payloadKey: an item has one of them'
}

/** For another item of the same job: a payload that is kept outside stays there. */
export const contentOf = ({ task, payload, payloadKey }: Content): Content => ({
  task,
  ...(payloadKey === undefined ? { payload } : { payloadKey }),
})
