/** I4: who was told that a job is accepted finds it in the table; and an event makes one job, however often it comes. */
import type { Config } from '../../../lib/core/queue/config.ts'
import type { RawKey } from '../../../lib/ports/store.ts'
import type { Effect } from '../world/events.ts'
import type { Check } from './check.ts'
import { readPlace, readShard } from './keys.ts'

export const accepted = (): Check => {
  const put = new Set<string>()
  return {
    name: 'I4 what is accepted is there',
    after(event, { fail }) {
      if (event.kind === 'effect') for (const { pk, sk } of newKeysIn(event.effect)) put.add(`${pk}\n${sk}`)
      if (event.kind === 'accepted')
        for (const { pk, sk } of event.keys)
          if (!put.has(`${pk}\n${sk}`)) fail(`${pk} ${sk} was accepted and never put`)
    },
  }
}

/** Whoever is told that the job is there has its key as it is now: of a next attempt, or in another lane. */
function newKeysIn(effect: Effect): readonly RawKey[] {
  switch (effect.op) {
    case 'put':
      return [effect.item]
    case 'swap':
    case 'replace':
      return [effect.next]
    case 'moveWaiting':
      return effect.moves.flatMap(({ next }) => next ?? [])
    default:
      return []
  }
}

const partitionedIn = ({ queues }: Config, pk: string): boolean | undefined => {
  const [name = ''] = pk.split('|')
  return Object.hasOwn(queues, name) ? queues[name]?.partition !== undefined : undefined
}

export const oneJobAnEvent = (): Check => {
  const keys = new Map<string, string>()
  return {
    name: 'I4 one job an event',
    after(event, { truth, fail }) {
      if (event.kind !== 'effect' || event.effect.op !== 'put' || event.by.fn !== 'ingest') return
      const { pk, sk } = event.effect.item
      const { id } = readPlace(sk)
      // Under another partition rule it is another partition's job.
      if (new Set(truth.plan.versions.map(({ config }) => partitionedIn(config, pk))).size > 1) return
      // Among another number of shards it may have another place.
      const { queue } = readShard(pk)
      if (new Set(truth.plan.versions.map(({ config }) => config.queues[queue]?.shards)).size > 1) return
      const rules = truth.plan.versions.map(({ input }) => {
        const { rateLimit, batch } = input.queues[queue] ?? {}
        return JSON.stringify([rateLimit, batch?.by])
      })
      if (new Set(rules).size > 1) return
      // And by other limits of tags another lane.
      if (new Set(truth.plan.versions.map(({ input }) => JSON.stringify(input.tags))).size > 1) return
      // Only events that leave the name to Sluice: others may be twins on purpose.
      if (!id.startsWith('event-')) return
      const key = keys.get(id) ?? `${pk} ${sk}`
      keys.set(id, key)
      if (key !== `${pk} ${sk}`) fail(`event ${id} makes ${pk} ${sk} as well as ${key}`)
    },
  }
}
