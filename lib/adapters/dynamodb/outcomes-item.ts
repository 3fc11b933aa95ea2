/** What attempts have come to, as it stands in a state item: two numbers that any write can count up without reading them. */
import type { Counted } from '../../core/limits/adaptive.ts'
import type { ShardState } from '../../core/shard/state.ts'

export const COUNTED: readonly Counted[] = ['ok', 'failed']
export const ATTRIBUTE_OF: Readonly<Record<Counted, string>> = { ok: 'okCount', failed: 'failedCount' }

export const toOutcomes = (ok = 0, failed = 0): Pick<ShardState, 'outcomes'> =>
  ok > 0 || failed > 0 ? { outcomes: { ok, failed } } : {}
