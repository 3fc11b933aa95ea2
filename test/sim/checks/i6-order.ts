/**
 * I6: within a shard, what a pass claims goes before what it leaves. Judged over items that stood there before the
 * pass read anything, were due by the slowest clock, whose id nobody held, and which were put in time or have arrived.
 */
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { flightsIn } from './flights.ts'
import { LateItems } from './late.ts'

interface Reading {
  at: number
  readonly held: Set<string>
}

export const order = (): Check => {
  /** Invocation, shard and version → the first reading. */
  const readings = new Map<string, Reading>()
  const late = new LateItems()
  const isHeld = (by: number, shard: string, id: string) =>
    [...readings].some(([key, { held }]) => key.startsWith(`${by} ${shard} `) && held.has(id))
  const keyOf = (by: { id: number }, shard: string, version: number | undefined) =>
    `${by.id} ${shard} ${version}`
  return {
    name: 'I6 order of claims',
    after(event, { truth }) {
      late.learn(event, truth, isHeld)
    },
    before(event, { truth, tables, fail }) {
      if (event.kind === 'over') {
        for (const key of readings.keys()) if (key.startsWith(`${event.by.id} `)) readings.delete(key)
      }
      if (event.kind !== 'effect') return
      const { effect, by } = event
      if (effect.op === 'read') {
        const key = keyOf(by, effect.shard, effect.state?.version)
        const reading = readings.get(key) ?? { at: truth.now, held: new Set() }
        for (const { id } of flightsIn(effect.state?.slots)) reading.held.add(id)
        readings.set(key, reading)
      }
      // Who has ended jobs goes on by what it read before, under the version that it has made.
      if (effect.op === 'endWaiting' && effect.outcome === 'ended') {
        const reading = readings.get(keyOf(by, effect.shard, effect.version))
        if (reading) readings.set(keyOf(by, effect.shard, (effect.version ?? 0) + 1), reading)
      }
      if (!isWritten(effect)) return
      const claims = flightsIn(effect.change.take)
      const taken = claims.map(({ id }) => id)
      const before = new Set(flightsIn(effect.before?.slots).map(({ id }) => id))
      const reading = readings.get(keyOf(by, effect.shard, effect.read.version))
      if (taken.length === 0 || !reading) return
      const standing = [...(tables.jobs.get(effect.shard)?.keys() ?? [])].flatMap(
        (sk) => truth.at(effect.shard, sk) ?? [],
      )
      const last =
        claims
          .map(({ sk }) => sk)
          .sort()
          .at(-1) ?? ''
      const left = standing.filter(
        (standing) =>
          !standing.lineage.malformed &&
          standing.since < reading.at &&
          late.isKnown(standing, reading.at, truth) &&
          standing.runAt <= reading.at - truth.plan.maxSkew_ms &&
          !reading.held.has(standing.id) &&
          !before.has(standing.id) &&
          !taken.includes(standing.id) &&
          standing.sk < last,
      )
      const [first] = left
      if (first) fail(`${effect.shard} claims ${last} before ${first.sk}`)
    },
  }
}
