/** Remembers what the answers showed, so that later operations can build on it, fresh or stale. */
import { partKey } from '../../lib/core/job/counted.ts'
import type { DeadLetter } from '../../lib/core/job/dead-letter.ts'
import type { RawItem } from '../../lib/core/job/job.ts'
import type { Lock } from '../../lib/core/job/lock.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import type { AppRecord } from '../../lib/core/limits/app-rate.ts'
import type { Part } from '../../lib/core/limits/queue-size.ts'
import type { ShardState } from '../../lib/core/shard/state.ts'
import type { DeclaredNote, PartitionsNote, RawSchedule } from '../../lib/ports/schedules.ts'
import type { Seen, SeenPart } from './given.ts'
import type { Operation } from './operation.ts'
import type { ScheduleOperation } from './schedule-verbs.ts'

/** They answer with the state itself. */
const STATES: readonly Operation['op'][] = [
  'read',
  'override',
  'recordBorrowed',
  'recordBorrowedFrom',
  'slowDown',
  'derive',
  'rederive',
]

export class Witness implements Seen {
  readonly states = new Map<ShardKey, ShardState[]>()
  readonly items: RawItem[] = []
  readonly locks: Lock[] = []
  readonly records: AppRecord[] = []
  readonly letters: DeadLetter[] = []
  readonly parts: SeenPart[] = []
  readonly schedules: RawSchedule[] = []
  readonly partitionNotes: PartitionsNote[] = []
  readonly declaredNotes: DeclaredNote[] = []
  readonly ticks: ScheduleOperation[] = []

  notice(operation: Operation, answer: unknown): void {
    this.#noticeState(operation, answer)
    this.#noticeJobs(operation)
    this.#noticeHistory(operation, answer)
    this.#noticeSchedules(operation, answer)
    if (operation.op === 'saveAppRecord' && answer === true) this.records.push(operation.record)
  }

  #noticeState(operation: Operation, answer: unknown): void {
    const { shard, state, owner, limiter } = (answer ?? {}) as {
      shard?: ShardKey
      state?: ShardState
      owner?: ShardState
      limiter?: ShardState
    }
    const seen = state ?? owner ?? limiter
    if (seen) this.#see(seen)
    else if (STATES.includes(operation.op) && shard) this.#see(answer as ShardState)
  }

  /** Whether it was put or not: one that was not is looked for, too. */
  #noticeJobs(operation: Operation): void {
    const { op } = operation
    if (op === 'cancel') this.items.push({ ...operation.item, cancellation: operation.mark })
    if (op === 'put' || op === 'putCounted' || op === 'putOnce' || op === 'putUnique')
      this.items.push(operation.item)
    if (op === 'putBatch') this.items.push(...operation.items)
    if (op === 'replace') this.items.push(operation.next)
    if (op === 'swapWaiting') this.items.push(operation.swap.next)
    if (op === 'moveOut' && 'job' in operation.target) this.items.push(operation.target.job)
    if (op === 'moveWaiting') this.items.push(...operation.moves.flatMap(({ next }) => next ?? []))
    if (op === 'putBack') this.items.push(operation.job)
  }

  #noticeHistory(operation: Operation, answer: unknown): void {
    const { op } = operation
    if (op === 'putUnique') this.locks.push((answer as { lock?: Lock }).lock ?? operation.lock)
    if (op === 'swapWaiting' && answer === 'swapped') this.locks.push(operation.swap.lock)
    if (op === 'lock' && answer !== 'nothing') this.locks.push(answer as Lock)
    if (op === 'bury' || op === 'buryJob') this.letters.push(operation.letter)
    if (op === 'endWaiting') this.letters.push(...operation.burials.map(({ letter }) => letter))
    if (op === 'moveOut' && 'letter' in operation.target) this.letters.push(operation.target.letter)
    if (op === 'size')
      for (const [part, counts] of answer as [number, Part][])
        this.parts.push({ key: partKey(operation.pk, part), part: counts })
  }

  #noticeSchedules(operation: Operation, answer: unknown): void {
    const { op } = operation
    if (op === 'getSchedule' && answer !== 'nothing') this.schedules.push(answer as RawSchedule)
    if (op === 'getSchedules') this.schedules.push(...(answer as RawSchedule[]))
    if (op === 'putSchedule' && answer === 'put') this.schedules.push(operation.item)
    if (op === 'fire' && isFired(answer)) this.schedules.push(operation.firing.schedule)
    if (op === 'withdraw' && answer === 'withdrawn') this.schedules.push(operation.withdrawal.schedule)
    if (op === 'partitions' && answer !== 'nothing') this.partitionNotes.push(answer as PartitionsNote)
    if (op === 'declared' && answer !== 'nothing') this.declaredNotes.push(answer as DeclaredNote)
    this.#noticeTicks(operation)
  }

  #noticeTicks(operation: Operation): void {
    const { op } = operation
    if (isTick(operation)) this.ticks.push(operation)
    if (op === 'putAtMostOnce') this.items.push(operation.job)
    if (op === 'fire') this.items.push(...operation.firing.jobs)
    if (op === 'fire' && operation.firing.lock) this.locks.push(operation.firing.lock.lock)
    if (op === 'burySchedule') this.letters.push(operation.letter)
  }

  #see(state: ShardState): void {
    this.states.set(state.shard, [...(this.states.get(state.shard) ?? []), state])
  }
}

const TICKS: readonly Operation['op'][] = [
  'putSchedule',
  'removeSchedule',
  'burySchedule',
  'fire',
  'withdraw',
  'putAtMostOnce',
  'savePartitions',
  'saveDeclared',
]
const isTick = (operation: Operation): operation is ScheduleOperation => TICKS.includes(operation.op)
const isFired = (answer: unknown): boolean => (answer as { kind?: string }).kind === 'fired'
