/**
 * What the observer knows of schedules: what stood in the table when, which ticks made a job, and which were passed over for a reason.
 * A life begins when a name is scheduled that had no schedule, and ends when its item is gone.
 */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { Rule } from '../../../lib/core/schedule/rule.ts'
import type { ScheduleOptions, TickOfJob } from '../../../lib/core/schedule/schedule.ts'
import type { RawSchedule } from '../../../lib/ports/store.ts'
import type { Effect } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'

/** The attributes of an item of ours, by the documentation. */
export interface ScheduleOnRecord {
  readonly pk: string
  readonly task: string
  readonly name: string
  readonly queue: string
  readonly rule: Rule
  readonly payload: { readonly definition: number }
  readonly options: ScheduleOptions
  readonly nextAt?: number
  readonly lastAt?: number
  readonly buffered?: number
  readonly pause?: object
  readonly setAside?: { readonly reason: string }
  readonly withdraw?: readonly object[]
  readonly isRemoved?: boolean
  readonly declared?: boolean
  readonly partition: number
  readonly createdAt: number
  readonly updatedAt: number
}

export interface Life {
  /** What stands there; absent when it is gone. */
  item: ScheduleOnRecord | undefined
  /** Ticks count that come after this, epoch ms by the clock of whoever has said so; and none before `notBefore` makes a job. */
  countsFrom: number
  notBefore: number
  /** All ticks up to this have made a job, or were passed over for a reason. */
  judged: number
  readonly ticks: Map<number, 'put' | 'passed' | 'unsure'>
  /** Ticks whose jobs were taken back, and have made none since. */
  readonly takenBack: Set<number>
  /** When somebody last made, changed, paused, resumed or removed it, or had its next tick come earlier. */
  definedAt: number
  /** When a job that keeps others out last came to its end. */
  aloneEndedAt: number
  /** No worker has ended it, so the tick that waits is left to the clock. */
  isLeftToClock: boolean
}

type Changed = Extract<Effect, { op: 'schedule' }>

/** One without a version is no schedule yet: somebody has put it by hand. */
export const asOnRecord = (item: RawSchedule | undefined): ScheduleOnRecord | undefined =>
  typeof item?.['version'] === 'number' ? (item as unknown as ScheduleOnRecord) : undefined

export const tickOf = (item: RawItem): TickOfJob | undefined => item['schedule'] as TickOfJob | undefined

/** The key that the jobs of a schedule share that must not overlap. */
export function aloneKeyOf(item: RawItem): string | undefined {
  const key = item['uniqueKey']
  return typeof key === 'string' && key.startsWith('$schedule|') ? key : undefined
}

/** Whether a job is there that keeps the next one of the schedule out. */
export const isKeptOut = (
  { task, name }: Pick<ScheduleOnRecord, 'task' | 'name'>,
  { standing }: { readonly standing: ReadonlyMap<string, { readonly item: RawItem }> },
): boolean =>
  [...standing.values()].some(({ item }) => {
    const tick = tickOf(item)
    return aloneKeyOf(item) !== undefined && tick?.task === task && tick.name === name
  })

/** Whether it fires, and nothing of an earlier definition is left to be taken back. */
export const isSettled = (item: ScheduleOnRecord | undefined): item is ScheduleOnRecord =>
  isActive(item) && item.withdraw === undefined

export const isActive = (item: ScheduleOnRecord | undefined): item is ScheduleOnRecord =>
  item !== undefined && !item.pause && !item.setAside && !item.isRemoved

/** The last two bring what is declared. */
const DEFINERS: readonly string[] = ['client', 'admin', 'tick', 'deployer']

const nameOf = ({ task, name }: { readonly task: string; readonly name: string }): string =>
  `${task}\n${name}`

export class Lives {
  readonly #lives = new Map<string, Life>()
  /** Of the keys, as they stand in the ids of jobs. */
  readonly #digests = new Map<string, { readonly task: string; readonly name: string }>()

  of(named: { readonly task: string; readonly name: string }): Life | undefined {
    return this.#lives.get(nameOf(named))
  }

  /** The tick of which the id of a job tells, by the documentation of ids. */
  tickNamed(id: string): Pick<TickOfJob, 'task' | 'name' | 'at' | 'isManual'> | undefined {
    const [digest, time = ''] = id.split('@')
    const of = this.#digests.get(digest ?? '')
    return of && { ...of, at: Date.parse(time) }
  }

  all(): Life[] {
    return [...this.#lives.values()]
  }

  /** Takes the change in. The ticks that it passes over are judged after this. */
  learn({ was: raw, is: rawIs }: Changed, by: Invocation, now: number): Life | undefined {
    const [was, is] = [asOnRecord(raw), asOnRecord(rawIs)]
    const named = is ?? was
    if (!named) return undefined
    const life = was ? this.of(named) : undefined
    if (!life) return is && this.#begin(is, now)
    life.item = is
    const isLater = (is?.nextAt ?? Number.POSITIVE_INFINITY) < (was?.nextAt ?? Number.POSITIVE_INFINITY)
    if (was && is && !isDefinedAlike(was, is)) restart(life, is, { was, by, now })
    if (!is || DEFINERS.includes(by.fn) || isLater) life.definedAt = now
    return life
  }

  #begin(item: ScheduleOnRecord, now: number): Life {
    const from = item.rule.kind === 'at' ? Number.NEGATIVE_INFINITY : item.createdAt
    const life: Life = {
      item,
      countsFrom: from,
      notBefore: from,
      judged: from,
      ticks: new Map(),
      takenBack: new Set(),
      definedAt: now,
      aloneEndedAt: Number.NEGATIVE_INFINITY,
      isLeftToClock: false,
    }
    this.#lives.set(nameOf(item), life)
    const { pk, task, name } = item
    this.#digests.set(createHash('sha256').update(pk).digest('hex').slice(0, 24), { task, name })
    return life
  }
}

interface Restart {
  readonly was: ScheduleOnRecord
  readonly by: Invocation
  readonly now: number
}

/** Whether it ticks on as it did. */
const isDefinedAlike = (was: ScheduleOnRecord, is: ScheduleOnRecord): boolean =>
  isDeepStrictEqual(was.rule, is.rule) &&
  (was.setAside === undefined || is.setAside !== undefined) &&
  (was.pause === undefined || is.pause !== undefined)

/** Another rule ticks from its own time on; one that is resumed from some moment of the call that resumes it. */
function restart(life: Life, is: ScheduleOnRecord, { was, by, now }: Restart): void {
  const isResumed = was.pause !== undefined && is.pause === undefined && isDeepStrictEqual(was.rule, is.rule)
  const until = isResumed ? now + by.skew_ms : is.updatedAt
  const from = isResumed ? by.begunAt + by.skew_ms : is.updatedAt
  const isOnce = is.rule.kind === 'at'
  life.countsFrom = isOnce ? Number.NEGATIVE_INFINITY : until
  life.notBefore = isOnce ? Number.NEGATIVE_INFINITY : from
  life.judged = life.countsFrom
}
