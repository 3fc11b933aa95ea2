/**
 * I11: no job is claimed while a better one of another shard stands in the line of a limit that covers both, and has stood there
 * since before the pass read anything. Among equals everybody has a turn: that is judged by `i7-progress.ts`.
 */
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { ShardState } from '../../../lib/core/shard/state.ts'
import { knows } from '../workloads/versions.ts'
import type { Check, Seen } from './check.ts'
import { isWritten } from './claims.ts'
import { coveringOf } from './i1-limiters.ts'
import { ownerOf, readShard } from './keys.ts'
import { longestPass } from './limits.ts'
import { Readings } from './readings.ts'

interface Standing {
  readonly priority: number
  readonly since: number
}

/** The observer's own reading of a place: which span of so many turns, and those of 0 to 4 are one further on. */
function priorityOf(place: number): number {
  const span = Math.floor(place / 1e11)
  return span === 0 ? 5 : span > 5 ? span : span - 1
}

export function betterFirst(): Check {
  const lines = new Map<string, Map<string, Standing>>()
  const known = new Map<string, ShardState>()
  const readings = new Readings()
  return {
    name: 'I11 better first',
    after(event, { truth, tables }) {
      if (event.kind !== 'effect') return
      for (const [key, state] of tables.states) {
        if (known.get(key) === state) continue
        known.set(key, state)
        const before = lines.get(key)
        const line = Object.entries(state.books?.slots.line ?? {}).map(([name, place]) => {
          const was = before?.get(name)
          const priority = priorityOf(place)
          return [name, was?.priority === priority ? was : { priority, since: truth.now }] as const
        })
        if (line.length > 0) lines.set(key, new Map(line))
        else lines.delete(key)
      }
    },
    before(event, seen) {
      const { truth } = seen
      readings.see(event, truth.now)
      if (event.kind !== 'effect') return
      const { effect, by } = event
      if (!isWritten(effect)) return
      const at = readings.of(by, effect)
      const taken = Object.entries(effect.change.take)
      if (at === undefined || taken.length === 0) return
      const worst = Math.max(...taken.map(([, { priority }]) => priority))
      for (const [owner, units] of ownersOf(seen, effect.shard, effect.change.take)) {
        // Jobs that weigh more than somebody, or a deploy, has left stand in no one's way.
        if (known.get(owner)?.override && owner.startsWith('$')) continue
        for (const [name, { priority, since }] of lines.get(owner) ?? [])
          if (
            priority < worst &&
            since < at &&
            shardIn(owner, name) !== effect.shard &&
            !isQueuePaused(seen, shardIn(owner, name)) &&
            isServed(seen, owner, shardIn(owner, name)) &&
            weightIn(owner, name) <= units
          )
            seen.fail(
              `${effect.shard} claims a job of ${worst} while ${name} waits in ${owner} with ${priority}`,
            )
      }
    },
  }
}

/** Or may be, as far as some function knows. */
function isQueuePaused({ tables }: Seen, shard: string): boolean {
  const { queue } = readShard(shard)
  return tables.queuePauses?.has(queue) === true || tables.queueLimits?.has(queue) === true
}

/** A shard that the configuration in force does not know, or does not cover, waits for a later one. */
function isServed({ truth: { plan, limits, now } }: Seen, owner: string, shard: string): boolean {
  const version = limits.versionInForce(now)
  if (version === undefined || !owner.startsWith('$')) return true
  const { config } = plan.versions[version] ?? plan.versions[0]
  if (!knows(config, shard)) return false
  // Which limiters cover a lane depends on its jobs, too.
  const name = owner.slice('$limiter|'.length).replace(/\|#\d+$/, '')
  return shard.includes('+') || coveringOf(plan, version, { pk: shard }).has(name)
}

function shardIn(owner: string, name: string): string {
  if (owner.startsWith('$')) return name
  if (name === 'plain') return owner
  return owner.includes('|') ? `${owner}|${name}` : `${owner}||${name}`
}

/** The items with the lines that the shard obeys for certain: its partition's, and those of what covers the jobs that it claims; each with its units. */
function ownersOf(
  { truth }: Seen,
  shard: string,
  take: Readonly<Record<string, object>>,
): ReadonlyMap<string, number> {
  const { plan, limits, now } = truth
  const version = limits.onlyVersion(now - longestPass(plan), now)
  if (version === undefined) return new Map()
  const covering = Object.entries(take).flatMap(([id, slot]) => {
    const { priority, runAt } = slot as { priority: number; runAt: number }
    const item = truth.at(shard, `${priority}#${new Date(runAt).toISOString()}#${id}`)?.item
    return item ? [coveringOf(plan, version, { pk: shard, item })] : []
  })
  // What is guaranteed to a partition is no business of those that wait for more.
  const names = covering.flatMap((limiters) =>
    [...limiters]
      .filter(([, { guaranteed }]) => guaranteed.size === 0)
      .map(([name, { units }]) => [`$limiter|${name}`, units] as const),
  )
  return new Map<string, number>([[ownerOf(shard) as ShardKey, Number.POSITIVE_INFINITY], ...names])
}

/** How many units of a pool a job of this lane uses, by the documentation of its key. */
function weightIn(owner: string, lane: string): number {
  const pool = owner.replace(/^\$limiter\|pool\|/, '')
  const part = lane.split('+').find((text) => text.startsWith(`pool.${pool}*`))
  return part ? Number(part.split('*')[1]) : 1
}
