/** Watches a world: when each job was put, claimed, started and ended, and what was throttled. */
import { formatSortKey, parseShard } from '../../lib/core/keys.ts'
import { positionOf, type ShardState, slotEntries } from '../../lib/core/shard/state.ts'
import type { Effect, WorldEvent } from '../../test/sim/world/events.ts'
import type { World } from '../../test/sim/world/world.ts'
import { StopWatch } from './statistics.ts'

/** What became of a job, and when. */
export interface Life {
  readonly tenant: string
  readonly putAt: number
  startedAt?: number
  endedAt?: number
  /** For how long its partition had had a free slot when it was put, and when it was claimed. */
  readonly idleAtPut_ms: number
  idleAtClaim_ms?: number
}

export class Recorder {
  /** By sort key, which ends in the job's id. */
  readonly lives = new Map<string, Life>()
  /** Calls that met a key which had used up its units. */
  throttled = 0
  /** State items that were read, of other shards too. */
  stateReads = 0
  readonly #world: World
  /** How many slots a partition has. */
  readonly #slots: number
  readonly #idle = new Map<string, { readonly held: Map<string, number>; readonly watch: StopWatch }>()

  constructor(world: World, slots: number) {
    this.#world = world
    this.#slots = slots
    world.listen((event) => this.#see(event))
  }

  /** From the put to the start; so far, if there was none. */
  wait_ms({ putAt, startedAt = this.#world.scheduler.now }: Life): number {
    return startedAt - putAt
  }

  /** From the put to the claim, but only while its partition had a free slot. */
  waitBesideIdle_ms({ tenant, idleAtPut_ms, idleAtClaim_ms }: Life): number {
    const { now } = this.#world.scheduler
    return (idleAtClaim_ms ?? this.#idle.get(tenant)?.watch.read(now) ?? 0) - idleAtPut_ms
  }

  #see(event: WorldEvent): void {
    const { now } = this.#world.scheduler
    if (event.kind === 'surprise')
      throw new Error(`the product failed in a world without faults: ${event.text}`)
    if (event.kind === 'fault') this.throttled++
    if (event.kind === 'effect' && event.effect.op === 'read') this.stateReads++
    if (event.kind === 'effect') this.#seeEffect(event.effect, now)
    if (event.kind === 'attemptStarted') this.#lifeOf(event.pk, event.sk, now).startedAt ??= now
    if (event.kind === 'attemptEnded') this.#lifeOf(event.pk, event.sk, now).endedAt = now
  }

  #seeEffect(effect: Effect, now: number): void {
    if (effect.op === 'put') this.#lifeOf(effect.item.pk, effect.item.sk, now)
    if (effect.op === 'pass' && effect.outcome.kind === 'written')
      this.#seePass(effect.shard, effect.change.take, now)
    if (effect.op === 'pass' || effect.op === 'release') this.#count(effect.shard, now)
  }

  /** Claims are seen before the slots are counted: what takes the last free slot has waited beside it. */
  #seePass(shard: string, take: ShardState['slots'], now: number): void {
    const { watch } = this.#partitionOf(shard, now)
    for (const [id, slot] of slotEntries(take)) {
      const sk = formatSortKey(positionOf(id, slot))
      this.#lifeOf(shard, sk, now).idleAtClaim_ms ??= watch.read(now)
    }
  }

  #count(shard: string, now: number): void {
    const { held, watch } = this.#partitionOf(shard, now)
    held.set(shard, slotEntries(this.#world.tables.states.get(shard)?.slots ?? {}).length)
    const inUse = [...held.values()].reduce((sum, count) => sum + count, 0)
    watch.set(inUse < this.#slots, now)
  }

  #partitionOf(shard: string, now: number) {
    const name = tenantOf(shard)
    const known = this.#idle.get(name)
    if (known) return known
    const fresh = { held: new Map<string, number>(), watch: new StopWatch() }
    fresh.watch.set(true, now)
    this.#idle.set(name, fresh)
    return fresh
  }

  #lifeOf(pk: string, sk: string, now: number): Life {
    const known = this.lives.get(sk)
    if (known) return known
    const idleAtPut_ms = this.#partitionOf(pk, now).watch.read(now)
    const life: Life = { tenant: tenantOf(pk), putAt: now, idleAtPut_ms }
    this.lives.set(sk, life)
    return life
  }
}

function tenantOf(pk: string): string {
  const shard = parseShard(pk)
  if (!shard.ok) throw new Error(shard.reason)
  return shard.value.partition ?? ''
}
