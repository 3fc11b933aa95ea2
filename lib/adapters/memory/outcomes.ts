/** What attempts have come to, in a state item in memory. */
import { type Counted, NO_OUTCOMES } from '../../core/limits/adaptive.ts'
import type { Throttling } from '../../core/limits/throttled.ts'
import type { ShardState } from '../../core/shard/state.ts'

export const countedUp = (
  { outcomes = NO_OUTCOMES }: ShardState,
  outcome: Counted,
): Required<Pick<ShardState, 'outcomes'>> => ({ outcomes: { ...outcomes, [outcome]: outcomes[outcome] + 1 } })

/** Others have counted on meanwhile. */
export function judgedBy<State extends Pick<ShardState, 'outcomes' | 'adaptive'>>(
  { outcomes = NO_OUTCOMES, ...state }: State,
  { adaptive, judged }: Throttling,
) {
  const left = { ok: outcomes.ok - judged.ok, failed: outcomes.failed - judged.failed }
  return {
    ...state,
    adaptive: { ...adaptive },
    ...(left.ok > 0 || left.failed > 0 ? { outcomes: left } : {}),
  }
}
