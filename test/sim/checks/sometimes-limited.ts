/** What has to happen now and then where several limits cover one job, and where attempts and handlers slow them down. */
import { ADAPTIVE_DEFAULTS } from '../../../lib/core/limits/adaptive.ts'
import type { Effect, WorldEvent } from '../world/events.ts'
import { isWritten } from './claims.ts'
import { coveringOf } from './i1-limiters.ts'
import type { Sometimes } from './sometimes-names.ts'
import type { Truth } from './truth.ts'

type Count = (name: Sometimes, happened?: boolean) => void

export function limited(event: WorldEvent, truth: Truth, count: Count): void {
  if (event.kind === 'attemptStarted') started(event, truth, count)
  if (event.kind === 'told')
    count('debounced job replaced', event.how === 'replaced' && event.asked.rule.kind === 'debounce')
  if (event.kind === 'limiterHeld') {
    count('limit of a tag held', /^(tag|each)\|/.test(event.name))
    count('rate by a rule of its own held', event.name.startsWith('rate|'))
  }
  if (event.kind !== 'effect') return
  const { effect, by } = event
  const isSlowed = effect.op === 'other' && effect.name === 'slowDown of a limiter'
  count('limiter slowed down by a handler', isSlowed && by.fn === 'worker')
  if (isWritten(effect)) passed(effect, count)
}

function started(
  { pk, item, by }: Extract<WorldEvent, { kind: 'attemptStarted' }>,
  { plan }: Truth,
  count: Count,
): void {
  const names = [...coveringOf(plan, by.version, { pk, item }).keys()]
  const pools = names.filter((name) => name.startsWith('pool|')).length
  count('two pools held by one job', pools === 2)
  count('three pools held by one job', pools > 2)
  count('pools, a total and the limit of a tag held by one job', pools > 0 && hasAll(names))
}

const hasAll = (names: readonly string[]): boolean =>
  [/^total\|/, /^(tag|each)\|/].every((kind) => names.some((name) => kind.test(name)))

function passed({ read, outcome }: Extract<Effect, { op: 'pass' }>, count: Count): void {
  if (outcome.kind !== 'written') return
  const { adaptive, granted, waiting } = outcome.state
  count('shared rate is waited for', waiting && granted !== undefined)
  const eased_ms = (adaptive?.since ?? 0) - (read.adaptive?.since ?? 0)
  const isFaster = (adaptive?.stretch ?? 1) < (read.adaptive?.stretch ?? 1)
  count(
    'throttle eases by itself',
    isFaster && eased_ms > 0 && eased_ms % ADAPTIVE_DEFAULTS.recovery_ms === 0,
  )
}
