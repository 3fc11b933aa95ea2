/**
 * Schedules of some runs: rules of every kind, options of every kind, and people who schedule, change, pause, resume and remove them,
 * often two of them simultaneously, and often near a tick. Some runs lie about a moment at which the clocks of a zone change.
 */
import type { ScheduleOptionsInput } from '../../../lib/core/schedule/options-input.ts'
import type { RuleInput } from '../../../lib/core/schedule/rule-input.ts'
import type { SimRandom } from '../world/random.ts'
import type { ClockOutage } from './clock-outages.ts'
import type { EnablingPlan } from './enablings.ts'
import { taskOf } from './handlers.ts'
import { USUAL } from './hostile.ts'
import type { HandlerFault, HandlerPlan, Plan } from './plan.ts'
import type { ByHandPlan } from './put-by-hand.ts'
import type { QueuePlan } from './queues.ts'
import { drawRule, gapOf, type Transition } from './schedule-rules.ts'

export type ScheduleVerb = 'schedule' | 'unschedule' | 'pause' | 'resume' | 'runNow'

/** What somebody schedules. Its number rides in the payload of its jobs. */
export interface DefinitionPlan {
  readonly number: number
  readonly rule: RuleInput
  readonly options: ScheduleOptionsInput
  readonly handler: HandlerPlan
}

export interface ScheduledName {
  readonly name: string
  readonly task: string
  readonly queue: QueuePlan
  readonly tenant: string
}

export interface ScheduleActPlan {
  readonly at: number
  readonly of: ScheduledName
  readonly what: ScheduleVerb
  /** What is scheduled. */
  readonly definition?: DefinitionPlan
  readonly force: boolean
}

export interface SchedulesPlan {
  /** All that may be there, but for those that are declared. */
  readonly names: readonly ScheduledName[]
  readonly definitions: readonly DefinitionPlan[]
  readonly acts: readonly ScheduleActPlan[]
  readonly byHand?: readonly ByHandPlan[]
  readonly enablings?: readonly EnablingPlan[]
  readonly clockOutage?: ClockOutage
}

export interface ScheduleSpan {
  readonly begin: number
  readonly end: number
  readonly isRough: boolean
  readonly transition: Transition | undefined
}

/** A key has to escape some of them. */
const NAMES = ['nightly', 'a|b%c', '__proto__', '😀 ü'] as const
/** A tick of most rules comes at such a time. */
const TICKS_MS = 10_000

export function drawSchedules(
  random: SimRandom,
  versions: Plan['versions'],
  span: ScheduleSpan,
): SchedulesPlan {
  const names = NAMES.slice(0, random.int(1, NAMES.length)).map((name) => {
    const { queues } = versions[random.chance(0.85) ? 0 : versions.length - 1] ?? versions[0]
    return drawName(random, name, queues)
  })
  const definitions: DefinitionPlan[] = []
  const define = (of: ScheduledName): DefinitionPlan => {
    const definition = definitionWith(random, of, span, definitions.length)
    definitions.push(definition)
    return definition
  }
  const acts = names.flatMap((of) => drawActs(random, of, span, () => define(of)))
  return { names, definitions, acts }
}

export function drawName(random: SimRandom, name: string, queues: readonly QueuePlan[]): ScheduledName {
  const queue = queues[random.int(0, queues.length - 1)] as QueuePlan
  return { name, task: taskOf(queue.name), queue, tenant: queue.partitioned ? random.pick(USUAL) : '' }
}

export const definitionWith = (
  random: SimRandom,
  of: ScheduledName,
  span: ScheduleSpan,
  number: number,
): DefinitionPlan => ({ number, ...drawDefinition(random, of, span) })

/** What its jobs have. */
export const payloadOf = ({ queue, tenant }: ScheduledName, { number, handler }: DefinitionPlan) => ({
  ...(queue.partitioned ? { tenant } : {}),
  region: 'eu',
  handler,
  definition: number,
})

const VERBS: readonly [ScheduleVerb, ...ScheduleVerb[]] = [
  'schedule',
  'schedule',
  'schedule',
  'unschedule',
  'pause',
  'pause',
  'resume',
  'runNow',
  'runNow',
]

function drawActs(
  random: SimRandom,
  of: ScheduledName,
  { begin, end }: ScheduleSpan,
  define: () => DefinitionPlan,
): ScheduleActPlan[] {
  const first = define()
  const made = begin + random.int(0, Math.floor((end - begin) / 4))
  const acts: ScheduleActPlan[] = [{ at: made, of, what: 'schedule', definition: first, force: false }]
  for (let more = random.int(0, 5); more > 0; more--) {
    const what = random.pick(VERBS)
    const at = nearTick(random, random.int(made, end))
    const act = (): ScheduleActPlan => ({
      at: Math.min(end, at + random.int(0, 400)),
      of,
      what,
      ...(what === 'schedule' ? { definition: random.chance(0.1) ? first : define() } : {}),
      force: random.chance(0.6),
    })
    acts.push(act(), ...(random.chance(0.3) ? [act()] : []))
    if (what === 'pause' && random.chance(0.8))
      acts.push({ at: Math.min(end, at + random.skewed(1000, 150_000)), of, what: 'resume', force: false })
  }
  return acts
}

const nearTick = (random: SimRandom, at: number): number =>
  random.chance(0.5) ? at : at - (at % TICKS_MS) + random.int(-1500, 1500)

type Drawn = Omit<DefinitionPlan, 'number'>

function drawDefinition(random: SimRandom, { queue }: ScheduledName, span: ScheduleSpan): Drawn {
  const rule = drawRule(random, span)
  const gap_ms = gapOf(rule)
  const options = drawOptions(random, rule, gap_ms)
  return { rule, options, handler: drawHandler(random, queue, { gap_ms, options, isRough: span.isRough }) }
}

/** Longer than any run, and so for rules that tick once in it. */
const LONGEST_WINDOW_MS = 50_000

function drawOptions(random: SimRandom, rule: RuleInput, gap_ms: number): ScheduleOptionsInput {
  const delivery = random.pick(['exactlyOnce', 'exactlyOnce', 'exactlyOnce', 'atLeastOnce', 'atMostOnce'])
  const overlap = random.pick(['allow', 'allow', 'skip', 'bufferOne'])
  const missed = random.pick(['all', 'one', 'skip'])
  const onFailure = random.pick(['retry', 'retry', 'commit', 'wait'])
  const catchUp = random.pick([undefined, undefined, 60_000, 180_000])
  return {
    delivery,
    missed,
    ...(delivery === 'exactlyOnce' ? { overlap } : {}),
    ...(onFailure === 'wait' && 'at' in rule ? {} : { onFailure }),
    ...(missed === 'skip' || catchUp === undefined ? {} : { catchUp }),
    ...(random.chance(0.3) ? { window: random.int(1, Math.min(LONGEST_WINDOW_MS, gap_ms)) } : {}),
    ...(random.chance(0.2) ? { ttl: random.skewed(1000, 60_000) } : {}),
    ...(random.chance(0.2) ? { priority: random.pick([0, 3, 9]) } : {}),
  } as ScheduleOptionsInput
}

interface Surrounding {
  readonly gap_ms: number
  readonly options: ScheduleOptionsInput
  readonly isRough: boolean
}

/** Where jobs must not overlap they take about as long as it is until the next tick. */
function drawHandler(
  random: SimRandom,
  { config }: QueuePlan,
  { gap_ms, options, isRough }: Surrounding,
): HandlerPlan {
  const most_ms = config.timeout_ms - 1
  const isLong = options.overlap !== undefined && options.overlap !== 'allow' && random.chance(0.7)
  const takes_ms = isLong
    ? Math.min(most_ms, random.int(Math.floor(gap_ms / 2), 3 * gap_ms))
    : random.skewed(1, Math.min(most_ms, 2000))
  const bad = random.chance(0.7) ? 0 : random.int(1, config.retry.attempts)
  const how = isRough ? random.pick<HandlerFault>(['throw', 'throw', 'late', 'hang', 'crash']) : 'throw'
  return { bad, how, takes_ms }
}
