/** Counts what has to happen now and then. */
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { DeploymentRecord } from '../../../lib/core/deployment.ts'
import type { DeadLetter } from '../../../lib/core/job/dead-letter.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { RawKey } from '../../../lib/ports/store.ts'
import type { Effect, WorldEvent } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import { LONGEST_CHAIN } from '../world/world.ts'
import { contentOf } from './content.ts'
import { guaranteed, queueSaid } from './sometimes-held.ts'
import { happenedInPass } from './sometimes-in-pass.ts'
import { limited } from './sometimes-limited.ts'
import type { Sometimes } from './sometimes-names.ts'
import { scheduled } from './sometimes-scheduled.ts'
import type { Truth } from './truth.ts'

export class SometimesCounter {
  readonly counts = new Map<Sometimes, number>()
  readonly #truth: Truth
  readonly #tables: Tables
  readonly #versions: string[] = ['v0']
  readonly #alive = new Map<number, Set<number>>()

  constructor(truth: Truth, tables: Tables) {
    this.#truth = truth
    this.#tables = tables
  }

  /** Sees each event before the truth has learnt it. */
  see(event: WorldEvent): void {
    const count = (name: Sometimes, happened?: boolean) => this.#count(name, happened)
    scheduled(event, this.#truth, count)
    limited(event, this.#truth, count, this.#tables)
    switch (event.kind) {
      case 'effect':
        this.#ends(event.effect)
        this.#remembered(event.effect)
        this.#effect(event.effect, event.by.fn)
        break
      case 'delivered':
        if (event.count > 1) this.#count(event.queue === 'work' ? 'work redelivered' : 'wake redelivered')
        return
      case 'begun':
        this.#begun(event.by)
        break
      case 'fault':
        this.#count('hot key throttled', event.fault === 'hotKey')
        this.#count('kept payload unreachable', event.op === 'getPayload')
        break
      case 'expired':
        this.#count('idle item expired')
        break
      case 'leftToNewer':
        this.#count('event left to a newer function')
        break
      case 'throttled':
        this.#count('function throttled')
        break
      case 'full':
        this.#count('queue found full')
        break
      case 'told':
        this.#count('key found taken', event.how === 'existing')
        break
      case 'over':
        for (const ids of this.#alive.values()) ids.delete(event.by.id)
        if (event.how === 'timeout') this.#count('function timed out')
        if (event.how === 'crash') this.#count('function crashed')
        if (event.how === 'crash' && [...this.#truth.running].some(({ by }) => by === event.by))
          this.#count('handler crashed')
        return
      case 'attemptStarted': {
        const shards = new Set([...this.#truth.running].map(({ pk }) => pk))
        if ([...shards].some((pk) => pk !== event.pk && pk.split('|')[2] && sameQueue(pk, event.pk)))
          this.#count('several shards at work')
        this.#count('batch at work', event.jobs > 2)
        this.#count('batch by a key of its own at work', event.jobs > 2 && event.pk.includes('+batch.'))
        this.#count('lane at work', event.pk.split('|')[2]?.includes('+'))
        return
      }
    }
  }

  #count(name: Sometimes, happened = true): void {
    if (happened) this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  #begun({ fn, version, id, chain }: Invocation): void {
    if (fn === 'worker')
      this.#count('all workers busy', this.#truth.workers.size + 1 === this.#truth.plan.maxWorkers)
    this.#count('dispatcher woken in a chain of more than 16', (chain.dispatcher ?? 0) > LONGEST_CHAIN)
    this.#count('worker messaged in a chain of more than 16', (chain.worker ?? 0) > LONGEST_CHAIN)
    const ids = this.#alive.get(version) ?? new Set()
    this.#alive.set(version, ids.add(id))
    this.#count(
      'functions of two versions simultaneously',
      [...this.#alive.values()].filter(({ size }) => size > 0).length > 1,
    )
  }

  #effect(effect: Effect, fn: string): void {
    switch (effect.op) {
      case 'pass':
        happenedInPass(effect, fn, this.#truth, (name, happened) => this.#count(name, happened))
        break
      case 'start':
        this.#start(effect)
        break
      case 'release':
        this.#released(effect)
        break
      case 'remember':
        this.#count('late start')
        break
      case 'put':
        this.#count('put finds the job there', effect.outcome !== 'put')
        break
      case 'overwrite':
        this.#overwrite(effect.item)
        break
      case 'withdraw':
        this.#count('item withdrawn while it runs', this.#runs(effect.key))
        break
      case 'remove':
        this.#count('end finds another item there', effect.outcome === 'changed')
        break
      case 'replace':
        this.#count('end finds another item there', effect.outcome === 'changed')
        this.#count('replace finds the job gone', effect.outcome === 'gone')
        this.#count(
          'job left to a newer worker',
          effect.outcome === 'replaced' && 'unknownSince' in effect.next,
        )
        this.#count('job retried', effect.outcome === 'replaced' && effect.next.pk === effect.key.pk)
        return
      case 'bury':
        if (effect.outcome === 'buried') this.#doomed(effect.letter)
        this.#count('bury finds the job gone', effect.outcome === 'gone')
        this.#count('job exhausted', effect.outcome === 'buried' && effect.letter.reason === 'exhausted')
        this.#count('job refused', effect.outcome === 'buried' && effect.letter.reason === 'refused')
        return
      case 'buryEvent':
        this.#count('event refused')
        break
      case 'get':
        if (fn === 'worker' && !this.#truth.at(effect.key.pk, effect.key.sk))
          this.#count('deleted while its message was on the way')
        return
      case 'sendWake':
        if (fn === 'tick') this.#woken(effect)
        return
      case 'isReplaced':
        this.#count('replaced function decides nothing')
        break
      case 'deployment':
        this.#recorded(effect.record)
        break
      case 'putPayload':
      case 'getPayload':
        this.#count(effect.op === 'putPayload' ? 'payload kept outside' : 'kept payload fetched')
        break
      case 'other':
        this.#count('shard stranded', effect.name === 'strand')
        this.#count('units leave a chunk', effect.name === 'give units of a chunk')
        break
      case 'savePause':
      case 'saveLimits':
        queueSaid(effect, this.#truth, (name, happened) => this.#count(name, happened))
        break
      case 'override':
        this.#override(effect)
    }
  }

  #woken({ messages }: Extract<Effect, { op: 'sendWake' }>): void {
    this.#count(
      'tick wakes a shard',
      messages.some(({ dueAt }) => dueAt !== undefined),
    )
    this.#count(
      'sweep wakes a shard',
      messages.some(({ dueAt }) => dueAt === undefined),
    )
  }

  #released({ holder, outcome }: Extract<Effect, { op: 'release' }>): void {
    this.#count('release finds others waiting', outcome.kind === 'released' && outcome.state.waiting)
    this.#count('job given back amid others', holder.jobStands === true)
    this.#count('release finds nothing to free', outcome.kind === 'gone')
  }

  #override(effect: Extract<Effect, { op: 'override' }>): void {
    guaranteed(effect, this.#truth, (name, happened) => this.#count(name, happened))
    const busy = [...this.#truth.running].some(({ pk }) => pk === effect.shard)
    this.#count('limit changed while jobs run', busy)
    this.#count('override written by hand', effect.byHand)
    this.#count('override by hand beside an expiry', effect.byHand && this.#truth.mayExpire(effect.shard))
    const waiting = [...this.#truth.standing.values()].some(({ pk }) => pk === effect.shard)
    this.#count('limit 0 with jobs due', waiting && effect.limits?.concurrency === 0)
  }

  #recorded({ configuration, next }: DeploymentRecord): void {
    if (configuration !== next || configuration === undefined) return
    this.#count(
      'version comes back',
      this.#versions.at(-1) !== configuration && this.#versions.includes(configuration),
    )
    this.#versions.push(configuration)
  }

  #runs({ pk, sk }: RawKey): boolean {
    return [...this.#truth.running].some((attempt) => attempt.pk === pk && attempt.sk === sk)
  }

  /** What was cancelled or has expired while it waited, and in flight. */
  #ends(effect: Effect): void {
    if (effect.op === 'cancel') this.#count('job cancelled in flight', effect.outcome === 'marked')
    if (effect.op === 'moveWaiting') this.#moves(effect)
    this.#count('maximum of a queue set', effect.op === 'other' && effect.name === 'setMaxSize')
    this.#count('jobs counted anew', effect.op === 'other' && effect.name === 'mendSize')
    if (effect.op === 'put')
      this.#count('job counted in its queue', effect.outcome === 'put' && 'countedIn' in effect.item)
    if (effect.op === 'swap')
      this.#count(
        effect.outcome === 'swapped' ? 'job takes the place of another' : 'place of another comes too late',
      )
    if (effect.op !== 'endWaiting') return
    this.#count('end of what waits comes too late', effect.outcome === 'stale')
    for (const { letter } of effect.outcome === 'ended' ? effect.burials : [])
      this.#count(letter.reason === 'expired' ? 'waiting job expired' : 'waiting job cancelled')
  }

  #moves({ outcome, moves }: Extract<Effect, { op: 'moveWaiting' }>): void {
    this.#count('move comes too late', outcome === 'stale')
    for (const { next } of outcome === 'moved' ? moves : [])
      this.#count(next ? 'job moved to its lane' : 'job put once more after it was moved')
  }

  #remembered(effect: Effect): void {
    if (effect.op !== 'rememberEnded') return
    this.#count(`job remembered as ${effect.record.ending === 'done' ? 'done' : 'dead'}`)
    this.#count('what is remembered stays', !effect.isWritten)
  }

  #doomed({ reason }: DeadLetter): void {
    this.#count('claim expired', reason === 'expired')
    this.#count('attempt ends as cancelled', reason === 'cancelled')
  }

  #overwrite(item: RawItem): void {
    const stood = this.#truth.at(item.pk, item.sk)
    if (!stood) return
    const isSame = stood.content === contentOf(item)
    this.#count('item put again as it is', isSame)
    if (isSame) return
    const claimed = this.#truth.claimed(stood)
    this.#count('item replaced by hand')
    this.#count('item replaced while it runs', this.#runs(item))
    this.#count('item replaced while claimed', claimed && !this.#runs(item))
    this.#count('malformed item corrected', stood.lineage.malformed && item['malformed'] !== true)
    this.#count('good item spoilt', !stood.lineage.malformed && item['malformed'] === true)
  }

  #start({ outcome, before, claim, attempt }: Extract<Effect, { op: 'start' }>): void {
    const slot = before?.slots[claim.id]
    this.#count('start of a stale claim', outcome.kind === 'stale')
    this.#count('start sent twice is one start', outcome.kind === 'started' && slot?.token === attempt.token)
    const dead =
      outcome.kind === 'stale' && slot !== undefined && 'deadline' in slot && slot.deadline < this.#truth.now
    this.#count('start on a dead attempt', dead)
  }
}

const sameQueue = (a: string, b: string): boolean => a.split('|')[0] === b.split('|')[0]
