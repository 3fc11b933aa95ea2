/** Every way in which the product is broken on purpose. A new feature adds a file of its own. */
import { BATCH_MUTANTS } from './batches.ts'
import { CHUNKS } from './chunks.ts'
import { CLAIMING } from './claiming.ts'
import { DEPLOYS } from './deploys.ts'
import { DOOMED } from './doomed.ts'
import { EXPIRY } from './expiry.ts'
import { FINISHING } from './finishing.ts'
import { GUARANTEED } from './guaranteed.ts'
import { HELD } from './held.ts'
import { JUDGED_ITEMS } from './judged.ts'
import { KEYED } from './keyed.ts'
import { LANES } from './lanes.ts'
import { LENDING_RULES } from './lending.ts'
import { LENDING_WRITES } from './lending-writes.ts'
import { LIMITERS } from './limiters.ts'
import { LIMITS } from './limits.ts'
import type { Mutant } from './mutant.ts'
import { PAUSED_QUEUES } from './paused-queues.ts'
import { PRIORITIES } from './priorities.ts'
import { QUEUE_LIMITS } from './queue-limits.ts'
import { RATES } from './rates.ts'
import { READING } from './reading.ts'
import { RECOVERY } from './recovery.ts'
import { REMEMBERED } from './remembered.ts'
import { SCHEDULE_CHANGES } from './schedule-changes.ts'
import { SCHEDULE_OWNERS } from './schedule-owners.ts'
import { SCHEDULES } from './schedules.ts'
import { SHARED_RATES } from './shared-rates.ts'
import { SIZES } from './sizes.ts'
import { SLOWED } from './slow-down.ts'
import { WAKING } from './waking.ts'
import { WAYS_IN } from './ways-in.ts'

export const MUTANTS: readonly Mutant[] = [
  ...BATCH_MUTANTS,
  ...CHUNKS,
  ...CLAIMING,
  ...DEPLOYS,
  ...DOOMED,
  ...EXPIRY,
  ...FINISHING,
  ...GUARANTEED,
  ...HELD,
  ...JUDGED_ITEMS,
  ...KEYED,
  ...LANES,
  ...LENDING_RULES,
  ...LENDING_WRITES,
  ...LIMITERS,
  ...LIMITS,
  ...PAUSED_QUEUES,
  ...PRIORITIES,
  ...QUEUE_LIMITS,
  ...RATES,
  ...READING,
  ...RECOVERY,
  ...REMEMBERED,
  ...SCHEDULES,
  ...SCHEDULE_CHANGES,
  ...SCHEDULE_OWNERS,
  ...SHARED_RATES,
  ...SIZES,
  ...SLOWED,
  ...WAKING,
  ...WAYS_IN,
]
