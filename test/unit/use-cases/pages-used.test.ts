/** What was read ahead is used for nothing but what it stands for, and says when it was read. */
import { expect, test } from 'vitest'
import { FIRST_SORT_KEY } from '../../../lib/core/keys.ts'
import { limiterKey, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { joinServed } from '../../../lib/use-cases/lending/served.ts'
import { type PagesAhead, pageFor, readAhead } from '../../../lib/use-cases/pages-ahead.ts'
import { pass } from '../../../lib/use-cases/pass/pass.ts'
import { readJobs } from '../../../lib/use-cases/pass/read-jobs.ts'
import { asShard, configOf, jobItem, NOW, running, SHARD, sortKey } from '../../support/builders.ts'
import { Waves } from '../../support/waves.ts'
import { World } from '../../support/world.ts'

const items = ['a', 'b', 'c'].map((id) => jobItem({ id }))
const query = { shard: SHARD, from: FIRST_SORT_KEY, limit: 3 }
const aheadOf = (part: Partial<PagesAhead> = {}): PagesAhead => ({
  since: NOW,
  isOfServed: true,
  pages: [{ query, page: { items, more: true } }],
  ...part,
})
const config = defineConfig({
  queues: { crm: { partition: { payload: 'customer' }, concurrency: 2, timeout: 60_000, total: 2 } },
})

test('of a page there is as much as a query would bring', () => {
  const of = (more: boolean, limit: number) =>
    pageFor({ ...query, limit }, [{ query, page: { items, more } }])
  expect(of(true, 2)).toEqual({ items: items.slice(0, 2), more: true })
  expect(of(false, 3)).toEqual({ items, more: true })
  expect(of(true, 9)).toEqual({ items, more: true })
  expect(of(false, 9)).toEqual({ items, more: false })
})

test('a page stands for no other shard, and for no other range', () => {
  const { pages } = aheadOf()
  expect(pageFor({ ...query, shard: asShard('crm|b') }, pages)).toBeUndefined()
  expect(pageFor({ ...query, from: '5#' }, pages)).toBeUndefined()
  expect(pageFor({ ...query, before: sortKey({ id: 'b' }) }, pages)).toBeUndefined()
})

test('a pass that has to read the shard’s item anew reads its jobs anew', async () => {
  const world = new World(config)
  // These have run since, and the one whose worker died has been seen to.
  const seen = { state: { ...world.state(), slots: { a: running('dead', NOW - 1) } }, ahead: aheadOf() }
  await pass(world.context, { shard: SHARD, seen, isServed: true })
  expect(world.state().slots).toEqual({})
})

test('a pass that finds the item as it was reads no job again', async () => {
  const world = new World(config)
  world.put(...items)
  const seen = { state: world.state(), ahead: aheadOf() }
  const waves = new Waves(world)
  const passing = pass(world.context, { shard: SHARD, seen, isServed: true })
  const total = limiterKey(totalOf('crm'))
  expect(await waves.next()).toEqual([`read ${total}`])
  expect(await waves.next()).toEqual([`writeBooks ${total}`])
  expect(await waves.next()).toEqual([`pass ${SHARD}`])
  await waves.through(passing)
  expect(Object.keys(world.state().slots)).toEqual(['a', 'b'])
})

test('what was put since it was read counts as not seen', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  const known = { state: world.state(), limits: { slots: 1 }, recovered: new Set<never>() }
  const read = (ahead: PagesAhead) =>
    readJobs(world.context, { ...known, late: [], isUncertain: false, ahead })
  world.now += 5000
  expect(await read(aheadOf())).toMatchObject({ reading: { since: NOW } })
  // Read again, for there were no more.
  const fewer = { query, page: { items: items.slice(0, 1), more: false } }
  expect(await read(aheadOf({ pages: [fewer] }))).toMatchObject({ due: [], reading: { since: NOW + 5000 } })
})

test('what cannot be read ahead fails nobody', async () => {
  const world = new World(config)
  Object.assign(world.context.store.jobs, { range: () => Promise.reject(new Error('throttled')) })
  const ahead = readAhead(world.context, { state: world.state(), whole: true, isOfServed: true })
  await expect(ahead).resolves.toBeUndefined()
})

test('of a shard that was served by several, what was read first counts', () => {
  const [first, second] = [1, 2].map((version) => ({ ...new World(config).state(), version }))
  if (!first || !second) throw new Error('two')
  const [early, late] = [aheadOf(), aheadOf({ since: NOW + 1 })]
  const join = (...seen: Parameters<typeof joinServed>[0]) => joinServed(seen).get(SHARD)
  expect(
    join(
      new Map([[SHARD, { state: first, ahead: early }]]),
      new Map([[SHARD, { state: second, ahead: late }]]),
    ),
  ).toEqual({ state: first, ahead: early, owners: [] })
  expect(
    join(new Map([[SHARD, { state: first }]]), new Map([[SHARD, { state: second, ahead: late }]])),
  ).toEqual({
    state: first,
    owners: [],
  })
})
