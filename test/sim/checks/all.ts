/** Every check there is. A new feature adds its own here, and nowhere else. */
import type { Check } from './check.ts'
import { EnabledHistory } from './enabled.ts'
import { batches } from './i1-batches.ts'
import { admitted, concurrency } from './i1-concurrency.ts'
import { neverBelowTheFloor } from './i1-derived.ts'
import { limiters } from './i1-limiters.ts'
import { attemptsHoldSlots, ownSlotsFreed } from './i1-slots.ts'
import { limiterRates } from './i2-limiters.ts'
import { rate } from './i2-rate.ts'
import { attemptedOnce, notEarly, overlap } from './i3-overlap.ts'
import { accepted, oneJobAnEvent } from './i4-accepted.ts'
import { doomed } from './i4-doomed.ts'
import { badEvents, rightEnd } from './i4-end.ts'
import { onlyTheJudged } from './i4-judged.ts'
import { movedIsThere } from './i4-moved.ts'
import { forgets, noSlots } from './i5-leaks.ts'
import { order } from './i6-order.ts'
import { boundedChains } from './i7-chains.ts'
import { nobodyElseGets } from './i7-guaranteed.ts'
import { type Progress, progress } from './i7-progress.ts'
import { noStorm } from './i7-storm.ts'
import { askedIsWritten } from './i8-asked.ts'
import { heldStartNothing } from './i8-held.ts'
import { overrideLasts } from './i8-lasts.ts'
import { liftedAreWoken } from './i8-lifted.ts'
import { limitsOfQueuesHold } from './i8-queue-limits.ts'
import { pausedQueuesStartNothing } from './i8-queue-paused.ts'
import { replacedDecideNothing } from './i8-replaced.ts'
import { resumedAreWoken } from './i8-resumed.ts'
import { slowedStartsNothing } from './i8-slowed.ts'
import { stoppedGoBack } from './i8-stopped.ts'
import { throttledClaimsLess } from './i8-throttled.ts'
import { asChosen } from './i9-alone.ts'
import { byHand } from './i9-by-hand.ts'
import { nothingOfBefore } from './i9-changes.ts'
import { declared } from './i9-declared.ts'
import { onlyEnabled } from './i9-enabled.ts'
import { inTime } from './i9-in-time.ts'
import { oneJobATick } from './i9-ticks.ts'
import { betterFirst } from './i11-priorities.ts'
import { keyed } from './keyed.ts'
import { remembered } from './remembered.ts'
import { Lives } from './schedule-lives.ts'
import { sizes } from './sizes.ts'

export function allChecks(): { readonly checks: readonly Check[]; readonly progress: Progress } {
  const own = progress()
  const lives = new Lives()
  const enabled = new EnabledHistory()
  const checks = [
    concurrency,
    batches,
    admitted,
    neverBelowTheFloor,
    limiters,
    overrideLasts,
    slowedStartsNothing(),
    stoppedGoBack(),
    askedIsWritten(),
    heldStartNothing(),
    liftedAreWoken(),
    pausedQueuesStartNothing(),
    limitsOfQueuesHold(),
    resumedAreWoken(),
    throttledClaimsLess,
    replacedDecideNothing,
    rate,
    limiterRates,
    attemptsHoldSlots,
    ownSlotsFreed(),
    overlap,
    attemptedOnce,
    notEarly,
    rightEnd,
    onlyTheJudged,
    movedIsThere,
    doomed,
    badEvents,
    accepted(),
    oneJobAnEvent(),
    noSlots,
    forgets,
    order(),
    nobodyElseGets(),
    keyed(),
    remembered(),
    sizes(),
    betterFirst(),
    oneJobATick(lives),
    asChosen,
    nothingOfBefore(),
    onlyEnabled(enabled),
    byHand(),
    declared,
    inTime(lives, enabled),
    noStorm(),
    boundedChains,
    own,
  ]
  return { checks, progress: own }
}
