/** Items that somebody puts into the Schedules table by hand, from any language: good ones, and such as can be no schedule. */
import type { RawSchedule } from '../../../lib/core/schedule/schedule-item.ts'
import { scheduleKey } from '../../../lib/core/schedule/schedule-key.ts'
import type { SimRandom } from '../world/random.ts'
import { putScheduleByHand } from '../world/schedules-by-hand.ts'
import type { World } from '../world/world.ts'
import type { Plan } from './plan.ts'
import {
  type DefinitionPlan,
  definitionWith,
  drawName,
  payloadOf,
  type ScheduledName,
  type ScheduleSpan,
  type SchedulesPlan,
} from './schedule-plan.ts'

export interface ByHandPlan {
  readonly at: number
  readonly item: RawSchedule
  /** Whether it makes sense. */
  readonly isGood: boolean
}

const NAMES = ['by hand', 'by|hand%', 'corrected', '_'] as const
/** Less than a dispatcher needs, or more. */
const CORRECTED_MS = 20_000

interface Span extends ScheduleSpan {
  readonly versions: Plan['versions']
}

/** Only queues that all versions know alike: what some do not know waits for them for a day. */
export function drawPutByHand(random: SimRandom, plan: SchedulesPlan, span: Span): SchedulesPlan {
  const [first, ...others] = span.versions
  const isEverywhere = ({ queue }: ScheduledName): boolean =>
    others.every(({ queues }) =>
      queues.some((one) => one.name === queue.name && one.partitioned === queue.partitioned),
    )
  const names = NAMES.map((name) => drawName(random, name, first.queues)).filter(isEverywhere)
  const definitions = [...plan.definitions]
  const byHand = names.flatMap((of) => {
    const definition = definitionWith(random, of, span, definitions.length)
    definitions.push(definition)
    return drawPuts(random, of, definition, span)
  })
  return { ...plan, names: [...plan.names, ...names], definitions, byHand }
}

function drawPuts(
  random: SimRandom,
  of: ScheduledName,
  definition: DefinitionPlan,
  { begin, end }: ScheduleSpan,
): ByHandPlan[] {
  const at = random.int(begin, end)
  const good = itemOf(of, definition)
  if (random.chance(0.5)) return [{ at, item: good, isGood: true }]
  const bad = { at, item: random.pick(badOnes(good)), isGood: false }
  if (bad.item.pk !== good.pk || random.chance(0.5)) return [bad]
  return [bad, { at: at + random.int(0, CORRECTED_MS), item: good, isGood: true }]
}

/** As the documentation says: rule and options side by side. */
const itemOf = (of: ScheduledName, definition: DefinitionPlan): RawSchedule => ({
  pk: scheduleKey(of.task, of.name),
  queue: of.queue.name,
  payload: payloadOf(of, definition),
  ...definition.rule,
  ...definition.options,
})

function badOnes(good: RawSchedule): [RawSchedule, ...RawSchedule[]] {
  const { cron: _, timeZone: __, every: ___, aligned: ____, at: _____, ...ruleless } = good
  return [
    ruleless,
    { ...ruleless, cron: '61 * * * *' },
    { ...ruleless, cron: '* * * * *', every: 60_000 },
    { ...ruleless, cron: '* * * * *', timeZone: 'Europe/Nowhere' },
    { ...ruleless, every: 10 },
    { ...good, version: 'one' },
    { ...good, missed: 'never' },
    { ...good, overlap: 'skip', delivery: 'atLeastOnce' },
    { ...good, schedulePartition: -1 },
    { ...good, payload: { tags: new Set(['a']) } },
    { ...good, queue: 7 },
    { ...good, pk: good.pk.replace('|', '') },
    { ...good, pk: `${good.pk}%7c` },
  ]
}

export function applyPutByHand(world: World, { item, isGood }: ByHandPlan): void {
  world.invoke('client', async (by) => putScheduleByHand(world, by, item, isGood))
}
