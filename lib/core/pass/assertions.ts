/**
 * What has to be true of every decision, checked by other means than those it was made by. A mistake in the rules then stops
 * the pass, before anything is written, and is not found by the service that handlers call.
 */
import { BrokenRuleError } from '../errors.ts'
import type { RateLimit } from '../limits/limits.ts'
import { rememberedFor, startsInWindow } from '../limits/window.ts'
import { jobsInFlight } from '../shard/in-flight.ts'
import { isRunning } from '../shard/state.ts'
import { isWorkLeft } from './holds.ts'
import type { Decision, PassInput } from './input.ts'
import { type Staying, slotsThatStay } from './room.ts'

/** @throws BrokenRuleError that names the rule and the shard */
export function assertSound(input: PassInput, decision: Decision): void {
  const staying = slotsThatStay(input)
  for (const [rule, holds] of RULES)
    if (!holds(input, decision, staying)) throw new BrokenRuleError(rule, input.state.shard)
}

const isSlower = (throttled: RateLimit, configured: RateLimit | undefined): boolean =>
  configured === undefined ||
  (throttled.allowed <= configured.allowed && rememberedFor(throttled) >= rememberedFor(configured))

type Rule = readonly [string, (input: PassInput, decision: Decision, staying: Staying) => boolean]

const RULES: readonly Rule[] = [
  [
    'no more jobs are in flight than there are slots',
    ({ limits }, { claims }, staying) =>
      claims.length === 0 || staying.length + claims.length <= limits.slots,
  ],
  [
    'no more jobs start than the rate allows, at the time of any of the new claims',
    ({ state, limits: { rateLimit } }, { claims }, staying) =>
      rateLimit === undefined ||
      claims.every(({ startAt }, index) => {
        const reserved = staying.filter(([, slot]) => !isRunning(slot)).length
        return startsInWindow(state.window, rateLimit, startAt) + reserved + index + 1 <= rateLimit.allowed
      }),
  ],
  [
    'no two starts are closer than the interval',
    ({ state, limits: { rateLimit } }, { claims }, staying) => {
      if (!rateLimit?.isInterval || claims.length === 0) return true
      const earliest = Math.max(...Object.keys(state.window).map(Number)) + rateLimit.period_ms
      const isAlone = claims.length === 1 && staying.every(([, slot]) => isRunning(slot))
      return isAlone && claims.every(({ startAt }) => startAt >= earliest)
    },
  ],
  [
    'a throttle only takes away',
    ({ limits: { throttle, rateLimit } }) =>
      throttle === undefined || (throttle.stretch > 1 && isSlower(throttle.rate, rateLimit)),
  ],
  [
    'no job is claimed without a start of the rates that grant it, nor for a time beyond it, nor for what another costs',
    ({ limits: { shared } }, { claims }) =>
      shared === undefined ||
      claims.every(({ job, startAt }, index) => {
        const granted = shared.grants[index]
        if (granted === undefined || granted.cost !== job.cost) return false
        return granted.at <= startAt && startAt <= granted.until
      }),
  ],
  [
    'a job is claimed once, and not while its id is in flight',
    (_input, { claims }, staying) => {
      const flying = jobsInFlight(staying).map(([id]) => id)
      const ids = [
        ...flying,
        ...claims.flatMap(({ job, others = [] }) => [job, ...others].map(({ id }) => id)),
      ]
      return claims.length === 0 || new Set(ids).size === ids.length
    },
  ],
  [
    'only due jobs are claimed',
    ({ now }, { claims }) =>
      claims.every(({ job, others = [] }) => [job, ...others].every(({ runAt }) => runAt <= now)),
  ],
  [
    'no batch has more jobs than it may have, and a slot lists what is claimed with it',
    ({ limits: { batch } }, { claims }) =>
      claims.every(
        ({ slot, others = [] }) =>
          others.length < (batch?.size ?? 1) && (slot.others ?? []).length === others.length,
      ),
  ],
  [
    'a slot is dropped only for its holder, or if its job has been taken care of',
    ({ recovered, released }, { change }) =>
      change.drop.every((id) => recovered.has(id) || id === released?.id),
  ],
  [
    'if jobs are left for which there is no slot, that is said, unless they wait for a time',
    ({ limits }, { claims, change, holds }, staying) =>
      !isWorkLeft(holds) ||
      staying.length + claims.length < limits.slots ||
      change.waiting ||
      (holds.some(({ reason }) => reason === 'shared rate') && change.dueAt !== undefined),
  ],
]
