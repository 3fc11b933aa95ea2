/** The schedules that versions of the configuration declare: each version has some, and most say what the version before has said. */
import type { Declared } from '../../../lib/core/schedule/declared-input.ts'
import type { SimRandom } from '../world/random.ts'
import { taskOf } from './handlers.ts'
import type { RunSpan } from './plan.ts'
import type { QueuePlan } from './queues.ts'
import { definitionWith, payloadOf, type ScheduleActPlan } from './schedule-plan.ts'
import type { Version } from './versions.ts'

const NAMES = ['declared', 'd|%'] as const
/** Definitions have numbers: these come behind all others. */
export const FIRST_DECLARED = 1000

interface Drawing {
  readonly span: RunSpan
  next: number
  /** Task and name → what the version before has said. */
  readonly last: Map<string, Declared>
}

export function drawDeclared(random: SimRandom, versions: readonly Version[], span: RunSpan): Version[] {
  const drawing: Drawing = { span, next: FIRST_DECLARED, last: new Map() }
  return versions.map((version) => {
    const declared = version.queues
      .slice(0, 2)
      .flatMap((queue) => NAMES.flatMap((name) => oneOf(random, { name, queue }, drawing)))
    const schedules = { ...version.config.schedules, declared }
    return { ...version, config: { ...version.config, schedules } }
  })
}

interface Of {
  readonly name: string
  readonly queue: QueuePlan
}

function oneOf(random: SimRandom, of: Of, drawing: Drawing): Declared[] {
  if (random.chance(0.4)) return []
  const task = taskOf(of.queue.name)
  const key = `${task}|${of.name}`
  const before = drawing.last.get(key)
  const stays = before !== undefined && random.chance(0.5) && isFor(before, of.queue)
  const declared = stays ? before : anew(random, { ...of, task }, drawing)
  drawing.last.set(key, declared)
  return [declared]
}

/** `defineConfig` refuses a schedule whose payload does not say which partition its jobs are of. */
const isFor = ({ payload }: Declared, { partitioned }: QueuePlan): boolean =>
  Object.hasOwn(payload as object, 'tenant') === partitioned

/** A person may pause them, resume them and run them; to unschedule them is refused. */
const VERBS = ['pause', 'pause', 'resume', 'runNow', 'unschedule'] as const

export function drawDeclaredActs(
  random: SimRandom,
  versions: readonly Version[],
  { begin, end }: RunSpan,
): ScheduleActPlan[] {
  return versions.flatMap(({ config, queues }) =>
    config.schedules.declared.flatMap(({ name, task, queue: of }): ScheduleActPlan[] => {
      const queue = queues.find((one) => one.name === of)
      if (!queue || random.chance(0.5)) return []
      const what = random.pick(VERBS)
      const tenant = queue.partitioned ? 'acme' : ''
      return [{ at: random.int(begin, end), of: { name, task, queue, tenant }, what, force: true }]
    }),
  )
}

/** One of one time would be done, and made anew by a version that declares it again. */
function anew(
  random: SimRandom,
  { name, queue, task }: Of & { readonly task: string },
  drawing: Drawing,
): Declared {
  const span = { ...drawing.span, isRough: false, transition: undefined }
  const tenant = queue.partitioned ? 'acme' : ''
  const of = { name, task, queue, tenant }
  let drawn = definitionWith(random, of, span, drawing.next)
  while ('at' in drawn.rule) drawn = definitionWith(random, of, span, drawing.next)
  drawing.next++
  const { rule, options } = drawn
  return { name, task, queue: queue.name, rule, options, payload: payloadOf(of, drawn) }
}
