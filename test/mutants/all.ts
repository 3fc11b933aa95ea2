/** Every mutant that is left to vitest. */
import { ADAPTERS } from './adapters.ts'
import { BATCH_KEY_MUTANTS } from './batch-key.ts'
import { TESTED_BATCH_MUTANTS } from './batches.ts'
import { TESTED_CHUNK_MUTANTS } from './chunks.ts'
import { CLAIM_MUTANTS } from './claims.ts'
import { COMPOSED_RATES_MUTANTS } from './composed-rates.ts'
import { COSTS_MUTANTS } from './costs.ts'
import { DERIVED_MUTANTS } from './derived.ts'
import { DOOMED_MUTANTS } from './doomed.ts'
import { FULL_LINE_MUTANTS } from './full-line.ts'
import { GUARANTEED_MUTANTS } from './guaranteed.ts'
import { HELD_LIMITERS } from './held-limiters.ts'
import { JUDGED } from './judged.ts'
import { KEPT_MUTANTS } from './kept-for-next.ts'
import { LANE_MUTANTS } from './lanes.ts'
import { LEFT_WAITING_MUTANTS } from './left-waiting.ts'
import { LENDING_MUTANTS } from './lending.ts'
import { LENDING_RACES_MUTANTS } from './lending-races.ts'
import { LOOK_AHEAD_MUTANTS } from './look-ahead.ts'
import type { TestedMutant } from './mutant.ts'
import { ONCE_MUTANTS } from './once.ts'
import { PAGES_AHEAD_MUTANTS } from './pages-ahead.ts'
import { PAUSED_QUEUE_MUTANTS } from './paused-queues.ts'
import { PAYLOADS } from './payloads.ts'
import { PRIORITY_MUTANTS } from './priorities.ts'
import { PROTOCOL } from './protocol.ts'
import { QUEUE_LIMIT_MUTANTS } from './queue-limits.ts'
import { RAISED_RATES_MUTANTS } from './raised-rates.ts'
import { RATE_RULE_MUTANTS } from './rate-rule.ts'
import { READS } from './reading.ts'
import { REMEMBERED_MUTANTS } from './remembered.ts'
import { TESTED_SCHEDULE_MUTANTS } from './schedules.ts'
import { SERVED_ALONG_MUTANTS } from './served-along.ts'
import { SIZE_MUTANTS } from './sizes.ts'
import { SLOW_DOWN_MUTANTS } from './slow-down.ts'
import { STOPPED_CLAIM_MUTANTS } from './stopped-claims.ts'
import { SWAP_MUTANTS } from './swaps.ts'
import { TAG_RATES } from './tag-rates.ts'
import { THROTTLE_MUTANTS } from './throttle.ts'
import { THROTTLE_VARIABLES_MUTANTS } from './throttle-variables.ts'
import { TOLD_MUTANTS } from './told.ts'
import { TURN_MUTANTS } from './turns.ts'
import { UNIQUE_MUTANTS } from './unique.ts'
import { USES_ALL_MUTANTS } from './uses-all.ts'
import { WAITS_MUTANTS } from './waits.ts'
import { WHY_MUTANTS } from './why.ts'
import { WHY_LIMITER_MUTANTS } from './why-limiters.ts'

export const TESTED_MUTANTS: readonly TestedMutant[] = [
  ...ADAPTERS,
  ...TESTED_BATCH_MUTANTS,
  ...BATCH_KEY_MUTANTS,
  ...TESTED_CHUNK_MUTANTS,
  ...CLAIM_MUTANTS,
  ...DOOMED_MUTANTS,
  ...JUDGED,
  ...KEPT_MUTANTS,
  ...LANE_MUTANTS,
  ...LENDING_MUTANTS,
  ...LENDING_RACES_MUTANTS,
  ...LEFT_WAITING_MUTANTS,
  ...PRIORITY_MUTANTS,
  ...PROTOCOL,
  ...READS,
  ...PAYLOADS,
  ...ONCE_MUTANTS,
  ...UNIQUE_MUTANTS,
  ...SIZE_MUTANTS,
  ...SWAP_MUTANTS,
  ...SLOW_DOWN_MUTANTS,
  ...STOPPED_CLAIM_MUTANTS,
  ...HELD_LIMITERS,
  ...THROTTLE_MUTANTS,
  ...THROTTLE_VARIABLES_MUTANTS,
  ...COMPOSED_RATES_MUTANTS,
  ...TAG_RATES,
  ...QUEUE_LIMIT_MUTANTS,
  ...RAISED_RATES_MUTANTS,
  ...RATE_RULE_MUTANTS,
  ...COSTS_MUTANTS,
  ...DERIVED_MUTANTS,
  ...FULL_LINE_MUTANTS,
  ...LOOK_AHEAD_MUTANTS,
  ...TESTED_SCHEDULE_MUTANTS,
  ...PAGES_AHEAD_MUTANTS,
  ...SERVED_ALONG_MUTANTS,
  ...TOLD_MUTANTS,
  ...TURN_MUTANTS,
  ...USES_ALL_MUTANTS,
  ...WHY_MUTANTS,
  ...WHY_LIMITER_MUTANTS,
  ...WAITS_MUTANTS,
  ...REMEMBERED_MUTANTS,
  ...GUARANTEED_MUTANTS,
  ...PAUSED_QUEUE_MUTANTS,
]

export function mutantNamed(name: string): TestedMutant {
  const mutant = TESTED_MUTANTS.find((one) => one.name === name)
  if (!mutant) throw new Error(`there is no mutant "${name}"`)
  return mutant
}
