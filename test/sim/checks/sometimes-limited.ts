/** What has to happen now and then where several limits cover one job, and where attempts and handlers slow them down. */
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { ADAPTIVE_DEFAULTS } from '../../../lib/core/limits/adaptive.ts'
import { longestLineIn } from '../workloads/short-lines.ts'
import type { Effect, WorldEvent } from '../world/events.ts'
import { isWritten } from './claims.ts'
import { coveringOf } from './i1-limiters.ts'
import type { Sometimes } from './sometimes-names.ts'
import type { Truth } from './truth.ts'

type Count = (name: Sometimes, happened?: boolean) => void

export function limited(event: WorldEvent, truth: Truth, count: Count, { states }: Tables): void {
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
  if (!isWritten(effect)) return
  passed(effect, count)
  const lines = keptOutOf(effect, truth).map((name) => states.get(name as ShardKey)?.books?.slots.line ?? {})
  const longest = longestLineIn(truth.plan) ?? Number.POSITIVE_INFINITY
  count(
    'line found full',
    lines.some((line) => Object.keys(line).length >= longest && !(effect.shard in line)),
  )
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

/** What covers a shard that has claimed nothing although it could read that jobs wait. */
function keptOutOf({ shard, change, outcome }: Pass, { plan }: Truth): string[] {
  if (outcome.kind !== 'written' || !outcome.state.waiting || Object.keys(change.take).length > 0) return []
  return [...coveringOf(plan, 0, { pk: shard }).keys()].map((name) => `$limiter|${name}`)
}

type Pass = Extract<Effect, { op: 'pass' }>

const hasAll = (names: readonly string[]): boolean =>
  [/^total\|/, /^(tag|each)\|/].every((kind) => names.some((name) => kind.test(name)))

function passed({ read, outcome }: Pass, count: Count): void {
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
