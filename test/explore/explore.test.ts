/** Small worlds to their end, and what the explorer's own claims rest on. */
import { describe, expect, test } from 'vitest'
import { exploreAll } from './campaign.ts'
import { EXPLORED_MUTANTS } from './mutants.ts'
import { search } from './search/search.ts'
import { WORLDS, worldNamed } from './worlds/all.ts'

/** Of a few seconds each; `npm run explore` sees all of them. */
const SMALL = [
  'one slot, two jobs',
  'by message',
  'a crash',
  'a window of one',
  'two shards, a limit of two, a crash',
  'two shards, one slot',
  'put beside the shards',
  'two limiters',
  'three shards in a line, a crash',
  'a limit lowered, a crash',
  'two priorities in a line, a lost message',
  'a lane beside its plain shard, a lost message',
  'one start for two shards',
  'a unit of two chunks, a crash',
  'a limit in two chunks lowered, a crash',
  'a batch of two of three, a crash',
  'a batch and a job that comes, a failure',
  'a dear job beside a cheap one, a crash',
  'two customers of a region, a lost message',
  'a queue paused, a lost message',
  'a guarantee set, a lost message',
]

describe.each(SMALL)('the world "%s"', (name) => {
  test('is seen to its end, and nothing is wrong with it', async () => {
    const { complete, violations, states } = await search(worldNamed(name), { states: 100_000 })
    expect(violations).toEqual([])
    expect(complete).toBe(true)
    expect(states).toBeGreaterThan(100)
  })
})

test('every way in which a crash can end is found', async () => {
  const { endings } = await search(worldNamed('a crash'), { states: 100_000 })
  expect(endings).toEqual([
    'a (attempt 1), a (attempt 2), b (attempt 1) / a, b / ',
    'a (attempt 1), b (attempt 1) / a, b / ',
    'a (attempt 1), b (attempt 1), b (attempt 2) / a, b / ',
    'a (attempt 1), b (attempt 2) / a, b / ',
    'a (attempt 2), b (attempt 1) / a, b / ',
  ])
})

test('a world that is too large for its bound is not called complete', async () => {
  const { complete, states } = await search(worldNamed('one slot, two jobs'), { states: 500 })
  expect({ complete, states }).toEqual({ complete: false, states: 500 })
})

test('it finds the same states each time', async () => {
  const twice = [1, 2].map(() => search(worldNamed('a crash'), { states: 5000 }))
  const [one, other] = await Promise.all(twice)
  expect(one).toEqual(other)
})

test('no two worlds bear the same name', () => {
  expect(new Set(WORLDS.map(({ name }) => name)).size).toBe(WORLDS.length)
})

test.each(EXPLORED_MUTANTS)(
  'the mutant "$mutant" dies in "$world" by $breaks',
  async ({ mutant, world, breaks }) => {
    const [result] = await exploreAll([{ mutant, world, states: 100_000 }])
    const [violation] = result?.violations ?? []
    expect(violation?.what).toMatch(new RegExp(`^${breaks}`))
    expect(violation?.trace.length).toBe(result?.depth)
  },
)

test('a violation is told step by step, by the shortest way', async () => {
  const [result] = await exploreAll([
    { mutant: 'no version check', world: 'one slot, two jobs', states: 1000 },
  ])
  const trace = result?.violations[0]?.trace ?? []
  expect(trace.filter((line) => line.includes('states.pass'))).toHaveLength(2)
  expect(trace.at(-1)).toMatch(/crm v2 \[. claimed ~\d~, . claimed ~\d~\]/)
})
