/** What really happened, as an observer sees it: which items stand and what became of each, which handlers run, who claimed what and when. */
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { Slots } from '../../../lib/core/shard/state.ts'
import { FINISHING_MS } from '../../../lib/core/times.ts'
import type { Plan } from '../workloads/plan.ts'
import { LONGEST_TIMEOUT_MS } from '../workloads/queues.ts'
import type { Rollout } from '../world/deploys.ts'
import type { AttemptEnd, Effect, WorldEvent } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import { isWritten } from './claims.ts'
import { contentOf } from './content.ts'
import { flightOf, flightsIn } from './flights.ts'
import { readPlace, readShard } from './keys.ts'
import { LimitHistory } from './limits.ts'
import type { AttemptTruth, Lineage, Standing } from './lineage.ts'

/** Where one of these fails, a job that has been taken over runs all the same. */
const GOES_ON: readonly string[] = 'read range sendWork sendWake readDeployment rememberEnded'.split(' ')

/** With less time than this a job that has been taken over is given back, and that may fail. */
const LONGEST_ATTEMPT_MS = LONGEST_TIMEOUT_MS + FINISHING_MS + 1000

export class Truth {
  readonly plan: Plan
  readonly limits: LimitHistory
  readonly lineages: Lineage[] = []
  readonly standing = new Map<string, Standing>()
  /** What once stood under a key, the last one first. */
  readonly past = new Map<string, Standing[]>()
  readonly running = new Set<AttemptTruth>()
  readonly attempts: AttemptTruth[] = []
  readonly letters: { readonly reason: string; readonly sk: string }[] = []
  /** Every start on record, of a handler that never began too, and those that were counted once more. */
  readonly counted: { readonly partition: string; readonly at: number }[] = []
  /** Shard and id → when the slot was taken. */
  readonly claimedAt = new Map<string, number>()
  /** Invocations that died or to which a call failed: what they began they may not have finished. */
  readonly troubled = new Set<Invocation>()
  /** Those of which a job that they had taken over may have got no attempt: dead ones, and those that were late. */
  readonly unlucky = new Set<Invocation>()
  /** When all workers that there may be were last busy. */
  allWorkersBusyAt = Number.NEGATIVE_INFINITY
  readonly workers = new Set<Invocation>()
  now = 0

  readonly #tables: Tables

  constructor(plan: Plan, tables: Tables, rollouts: () => readonly Rollout[]) {
    this.plan = plan
    this.#tables = tables
    this.limits = new LimitHistory(plan, rollouts)
  }

  /** Brings the truth up to date. Checks see the event before this. */
  learn(event: WorldEvent): void {
    if (event.kind === 'attemptStarted') this.#attemptStarted(event)
    else if (event.kind === 'attemptEnded') this.#attemptEnded(event.by, event.pk, event.sk, event.how)
    else if (event.kind === 'over')
      for (const attempt of this.running) if (attempt.by === event.by) this.#end(attempt, 'crashed')
    if (event.kind === 'begun' && event.by.fn === 'worker') this.workers.add(event.by)
    if (this.workers.size >= (this.plan.maxWorkers ?? Number.POSITIVE_INFINITY))
      this.allWorkersBusyAt = this.now
    if (event.kind === 'over') this.workers.delete(event.by)
    if (event.kind === 'over' && event.how !== 'done') this.troubled.add(event.by)
    if (event.kind === 'fault' && event.fault !== 'sentTwice') {
      this.troubled.add(event.by)
      if (!GOES_ON.includes(event.op) || event.by.endsAt - this.now < LONGEST_ATTEMPT_MS)
        this.unlucky.add(event.by)
    }
    if (event.kind === 'over' && event.how !== 'done') this.unlucky.add(event.by)
    if (event.kind === 'effect' && event.effect.op === 'remember') this.unlucky.add(event.by)
    this.limits.learn(event, this.now)
    if (event.kind === 'effect') this.#effect(event.effect, event.by)
  }

  at(pk: string, sk: string): Standing | undefined {
    return this.standing.get(`${pk}\n${sk}`)
  }

  /** Whether a slot stands for it. */
  claimed({ pk, id, runAt }: Standing): boolean {
    return flightOf(this.#tables.states.get(pk)?.slots, id)?.runAt === runAt
  }

  mayExpire = (shard: string): boolean => this.#tables.states.get(shard)?.expiresAt !== undefined

  runningIn(partition: string): AttemptTruth[] {
    return [...this.running].filter((attempt) => attempt.partition === partition)
  }

  #effect(effect: Effect, by: Invocation): void {
    switch (effect.op) {
      case 'put':
        if (effect.outcome === 'put') this.#accept(effect.item)
        if (effect.outcome === 'overwritten') this.#overwrite(effect.item)
        return
      case 'overwrite':
        this.#overwrite(effect.item)
        return
      case 'withdraw':
      case 'takeBack':
        this.#leave(effect.key.pk, effect.key.sk, 'withdrawn')
        return
      case 'remove':
        if (effect.outcome !== 'removed') return
        this.#leave(effect.key.pk, effect.key.sk, 'done')
        break
      case 'replace':
        if (effect.outcome === 'replaced') this.#replace(effect.key.pk, effect.key.sk, effect.next)
        return
      case 'bury':
        if (effect.outcome !== 'buried') return
        this.letters.push(effect.letter)
        this.#leave(effect.key.pk, effect.key.sk, effect.letter.reason)
        break
      case 'cancel':
        if (effect.outcome === 'marked') this.#mark(effect.key, effect.mark)
        return
      case 'endWaiting':
        if (effect.outcome !== 'ended') return
        for (const { item, letter } of effect.burials) {
          this.letters.push(letter)
          this.#leave(item.pk, item.sk, letter.reason)
        }
        return
      case 'moveWaiting':
        if (effect.outcome !== 'moved') return
        // Where the same job stands already, it is that one from now on.
        for (const { item, next } of effect.moves)
          next ? this.#replace(item.pk, item.sk, next) : this.#leave(item.pk, item.sk, 'replaced')
        return
      case 'swap':
        if (effect.outcome !== 'swapped') return
        this.#leave(effect.item.pk, effect.item.sk, 'superseded')
        this.#accept(effect.next)
        return
      case 'buryEvent':
        this.letters.push(effect.letter)
        return
      case 'pass':
        if (isWritten(effect)) this.#claimed(effect.shard, effect.change.take, by)
        return
      case 'start':
        if (effect.outcome.kind === 'started')
          this.#slotStarted(effect.shard, effect.claim.id, effect.before?.slots, by)
        return
      case 'remember':
        this.counted.push({ partition: readShard(effect.shard).partition, at: this.now })
        return
      case 'deployment':
        this.limits.recorded(effect.record, this.now)
        return
      case 'override':
        this.limits.overridden(readShard(effect.shard).partition, effect.limits, { at: this.now, by: by.id })
        break
    }
  }

  #mark({ pk, sk }: RawItem, mark: object): void {
    const standing = this.at(pk, sk)
    if (standing) standing.cancelled = mark
  }

  /** The same again changes nothing but whether it is cancelled: nobody could tell the one from the other. */
  #overwrite(item: RawItem): void {
    const standing = this.at(item.pk, item.sk)
    if (standing?.content === contentOf(item)) {
      if (item['cancellation']) standing.cancelled = item['cancellation']
      else delete standing.cancelled
      return
    }
    this.#leave(item.pk, item.sk, 'replaced')
    this.#accept(item)
  }

  #accept(item: RawItem): void {
    const malformed = item['malformed'] === true
    const number = this.lineages.length
    const lineage: Lineage = {
      number,
      malformed,
      firstAttempt: attemptOf(item),
      retries: 0,
      moves: 0,
      acceptedAt: this.now,
    }
    this.lineages.push(lineage)
    this.#stand(lineage, item)
    this.#inherit(item)
  }

  /**
   * An item that is put again, or moved, under the key of a job that has succeeded, while the slot of that attempt still stands,
   * is that job: should the attempt be found dead, it counts.
   */
  #inherit({ pk, sk }: RawItem): void {
    const { id, runAt } = readPlace(sk)
    const flight = flightOf(this.#tables.states.get(pk)?.slots, id)
    const standing = this.at(pk, sk)
    if (standing && flight && 'deadline' in flight.slot && flight.runAt === runAt) standing.starts++
  }

  #stand(lineage: Lineage, item: RawItem): void {
    const { pk, sk } = item
    const attempt = attemptOf(item)
    const place = {
      lineage,
      item,
      content: contentOf(item),
      pk,
      sk,
      ...readPlace(sk),
      attempt,
      since: this.now,
    }
    this.standing.set(`${pk}\n${sk}`, { ...place, starts: 0, starters: [], attempts: [] })
  }

  #leave(pk: string, sk: string, end: NonNullable<Lineage['end']>): void {
    const standing = this.at(pk, sk)
    if (!standing) return
    standing.lineage.end = end
    standing.lineage.endedAt = this.now
    this.#remove(standing)
  }

  #remove(standing: Standing): void {
    const key = `${standing.pk}\n${standing.sk}`
    this.standing.delete(key)
    this.past.set(key, [standing, ...(this.past.get(key) ?? [])])
  }

  #replace(pk: string, sk: string, next: RawItem): void {
    const standing = this.at(pk, sk)
    if (!standing) return
    this.#remove(standing)
    if (next['attempt'] !== undefined && next['attempt'] !== standing.attempt) standing.lineage.retries++
    this.#stand(standing.lineage, next)
    if (next.pk !== pk) standing.lineage.moves++
    if (next.pk !== pk) this.#inherit(next)
  }

  #claimed(shard: string, take: Slots, by: Invocation): void {
    for (const { id } of flightsIn(take)) this.claimedAt.set(`${shard}\n${id}`, this.now)
    for (const [id, slot] of Object.entries(take))
      if ('deadline' in slot) this.#countStart(shard, { [id]: slot }, by, true)
  }

  #slotStarted(shard: string, id: string, slots: Slots = {}, by: Invocation): void {
    const slot = slots[id]
    // A request that was sent twice finds its own attempt: that is no second start.
    if (slot && !('deadline' in slot)) this.#countStart(shard, { [id]: slot }, by, false)
  }

  /** @param started one slot: one start, of each of its jobs */
  #countStart(shard: string, started: Slots, by: Invocation, handedOff: boolean): void {
    this.counted.push({ partition: readShard(shard).partition, at: this.now })
    for (const { sk } of flightsIn(started)) {
      const standing = this.at(shard, sk)
      if (!standing) continue
      standing.starts++
      standing.starters.push({ by, handedOff })
    }
  }

  /** What a handler was given, or will be given: it may have been replaced since its worker read it. */
  asRead({ pk, sk, ...item }: RawItem): Standing | undefined {
    const content = contentOf({ pk, sk, ...item })
    const standing = this.at(pk, sk)
    if (standing?.content === content) return standing
    return this.past.get(`${pk}\n${sk}`)?.find((one) => one.content === content)
  }

  #attemptStarted({ by, pk, sk, item, call }: Extract<WorldEvent, { kind: 'attemptStarted' }>): void {
    const { id } = readPlace(sk)
    const standing = this.asRead(item)
    const times = { startedAt: this.now, claimedAt: this.claimedAt.get(`${pk}\n${id}`) ?? this.now }
    const { partition } = readShard(pk)
    const attempt: AttemptTruth = { by, standing, pk, sk, id, partition, call, ...times }
    standing?.attempts.push(attempt)
    this.running.add(attempt)
    this.attempts.push(attempt)
  }

  #attemptEnded(by: Invocation, pk: string, sk: string, how: AttemptEnd): void {
    for (const attempt of this.running)
      if (attempt.by === by && attempt.pk === pk && attempt.sk === sk) this.#end(attempt, how)
  }

  #end(attempt: AttemptTruth, how: AttemptEnd): void {
    attempt.end = how
    attempt.endedAt = this.now
    this.running.delete(attempt)
  }
}

const attemptOf = (item: RawItem): number => (typeof item['attempt'] === 'number' ? item['attempt'] : 1)
