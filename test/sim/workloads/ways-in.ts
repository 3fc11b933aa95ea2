/** Clients, events and raw puts: how jobs get into the Jobs table, well-formed or not. */
import { sizesOf } from '../../../lib/core/job/counted.ts'
import type { JobItem, RawItem } from '../../../lib/core/job/job.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import { type Placed, placePayload } from '../../../lib/core/job/place-payload.ts'
import { putMany } from '../../../lib/use-cases/enqueue-many.ts'
import { keepPayload } from '../../../lib/use-cases/kept-payloads.ts'
import { contextOf } from '../world/context.ts'
import type { World } from '../world/world.ts'
import { attributesOf } from './hostile.ts'
import { askedIn, enqueue, optionsOf } from './keyed.ts'
import type { JobPlan } from './plan.ts'
import { isRuledByPayload } from './queues.ts'
import { isSizedIn } from './sized.ts'

/** Marks what the observer has to find among the refused; a real item bears no such mark. */
export const MALFORMED = 'malformed'

export function submit(world: World, jobs: readonly JobPlan[]): void {
  for (const [index, job] of jobs.entries())
    if (job.way !== 'batch') world.scheduler.at(job.at, () => submitOne(world, job, index))
  const batched = jobs.filter(({ way }) => way === 'batch')
  for (const at of new Set(batched.map(({ at }) => at - (at % 30_000)))) {
    const batch = batched.filter((job) => job.at - (job.at % 30_000) === at)
    world.scheduler.at(Math.max(...batch.map((job) => job.at)), () => submitBatch(world, batch))
  }
}

function submitOne(world: World, job: JobPlan, index: number): void {
  switch (job.way) {
    case 'client':
      if (job.keyed || isSized(world, job)) enqueue(world, job, payloadOf(job), index)
      else put(world, itemOf(world, job))
      break
    case 'raw':
      put(world, rawItem(world, job, index))
      break
    case 'malformed':
      put(world, malformed(world, job, index))
      break
    case 'event':
    case 'eventTwice':
      for (let copies = job.way === 'event' ? 1 : 2; copies > 0; copies--) world.events.send(eventOf(job))
      break
    case 'malformedEvent':
      world.events.send(malformedEvent(job, index))
  }
}

/** A client that is told of an error does not try again: the job may be there or not, and the observer knows. */
function put(world: World, item: RawItem): void {
  const placed = placedAs(world, item)
  world.invoke(
    'client',
    async (by) => {
      const context = contextOf(world, by)
      await keepPayload(context, placed)
      return context.store.jobs.put(placed.item)
    },
    ({ ok }) => {
      if (ok) world.emit({ kind: 'accepted', keys: [placed.item] })
    },
  )
}

const configOf = ({ plan }: World, { version }: JobPlan) =>
  (plan.versions[version] ?? plan.versions[0]).config

const isSized = (world: World, job: JobPlan): boolean => isSizedIn(configOf(world, job), job.queue.name)

/** Jobs of a queue that may be full are put by themselves, and may have been put before. */
function submitBatch(world: World, jobs: readonly JobPlan[]): void {
  for (const group of Map.groupBy(jobs, (job) => (isSized(world, job) ? job.version : undefined)).values())
    putBatch(world, group)
}

function putBatch(world: World, jobs: readonly JobPlan[]): void {
  const placed = jobs.map((job) => {
    const one = placedAs(world, itemOf(world, job))
    return { ...one, ...sizesOf(configOf(world, job), one.item), isNamed: isSized(world, job) }
  })
  const [first] = jobs
  world.invoke(
    'client',
    (by) => {
      if (first && isSized(world, first)) world.emit({ kind: 'asks', by, version: first.version })
      return putMany(contextOf(world, by), placed)
    },
    ({ ok }) => {
      if (ok) world.emit({ kind: 'accepted', keys: placed.map(({ item }) => item) })
    },
  )
}

/** Every other caller knows of the bucket. What is malformed stays as it is. */
function placedAs(world: World, item: RawItem): Placed {
  const placed = isBucketKnown(item) ? placePayload(item as JobItem, world.scheduler.now) : undefined
  return placed?.ok ? placed.value : { item: item as JobItem }
}

const isBucketKnown = (item: RawItem): boolean => item[MALFORMED] !== true && item.sk.length % 2 === 0

/** One that a key has to escape, too. */
const REGIONS = ['eu', 'b|c+d%'] as const

export const regionOf = (id: string): string => REGIONS[id.length % REGIONS.length] ?? REGIONS[0]

const payloadOf = ({ queue, tenant, handler, id, padding_kb = 0 }: JobPlan) => ({
  ...(queue.partitioned ? { tenant } : {}),
  region: regionOf(id),
  handler,
  ...(padding_kb > 0 ? { padding: 'x'.repeat(1024 * padding_kb) } : {}),
})

export function itemOf(world: World, job: JobPlan) {
  const { queue, task, id, priority, runAt, ttl_ms: ttl, labels, cost } = job
  const said = { ...labels, ...(cost === undefined ? {} : { cost }) }
  const spec = { queue: queue.name, task, payload: payloadOf(job), id, priority, runAt, ttl, ...said }
  const { config } = world.plan.versions[job.version] ?? world.plan.versions[0]
  const item = newJob(config, spec, world.scheduler.now)
  if (!item.ok) throw new Error(item.reason)
  return item.value
}

/** Somebody who does not know of shards or lanes puts jobs where there are none, or into a wrong lane; the product moves them. */
function rawItem(world: World, job: JobPlan, index: number) {
  const item = { ...itemOf(world, job), ...attributesOf(index) }
  const [queue, partition = ''] = item.pk.split('|')
  const pk = partition ? `${queue}|${partition}` : queue
  if (job.labels && index % 7 === 0 && job.padding_kb === undefined)
    return { ...item, pk: `${queue}|${partition}|+tag.m` as typeof item.pk }
  const isLaneKnown = job.padding_kb === undefined || !isRuledByPayload(job.queue)
  return job.priority === 5 && isLaneKnown ? { ...item, pk: pk as typeof item.pk } : item
}

/** Every other event leaves it to Sluice to name the job and to say when. */
const eventOf = (job: JobPlan): string => {
  if (job.keyed) return keyedEvent(job)
  const { queue, task, id, priority, runAt, at, ttl_ms, labels, cost } = job
  const named = { ...(runAt === at ? {} : { id, runAt }), ...(ttl_ms === undefined ? {} : { ttl: ttl_ms }) }
  const said = { ...labels, ...(cost === undefined ? {} : { cost }) }
  const detail = { queue: queue.name, task, payload: payloadOf(job), priority, ...named, ...said }
  return JSON.stringify({ id: `event-${id}.${at % 100_000}`, time: new Date(at).toISOString(), detail })
}

function keyedEvent(job: JobPlan): string {
  const { queue, task, id, priority, at, ttl_ms: ttl, labels } = job
  const payload = { ...payloadOf(job), ...askedIn(job, at) }
  const detail = { queue: queue.name, task, payload, priority, ttl, ...labels, ...optionsOf(job) }
  return JSON.stringify({ id: `event-${id}.${at % 100_000}`, time: new Date(at).toISOString(), detail })
}

function malformed(world: World, job: JobPlan, index: number): RawItem {
  const item = { ...itemOf(world, job), [MALFORMED]: true }
  const payload = payloadOf(job)
  const wrong = [
    { ...item, sk: `x${item.sk}` },
    { ...item, sk: item.sk.replace('Z#', '+00:00#') },
    { ...item, sk: `${item.sk} with spaces` },
    { ...item, payload: 'no plan' },
    { ...item, payload: { ...payload, tags: new Set(['a']) } },
    { ...item, payload: undefined },
    { ...item, task: 7 },
    { ...item, pk: `${item.pk}|a|b|c` },
    { ...item, attempt: 'first' },
    { ...item, attempt: Number.MAX_VALUE },
    { ...item, pk: `${job.queue.name}|%zz` },
  ]
  return wrong[index % wrong.length] ?? item
}

function malformedEvent(job: JobPlan, index: number): string {
  const event = JSON.parse(eventOf(job)) as { detail: object }
  const wrong = [
    'not JSON',
    '[]',
    { ...event, time: 'today' },
    { ...event, detail: { ...event.detail, queue: 7 } },
  ]
  const one = wrong[index % wrong.length]
  return typeof one === 'string' ? one : JSON.stringify(one)
}
