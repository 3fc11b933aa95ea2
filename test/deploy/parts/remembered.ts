/** What became of jobs is remembered, whichever deploy has ended them. */
import { expect } from 'vitest'
import { whyText } from '../../../lib/index.ts'
import { remembered as task } from '../app/tasks.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'

const place = { queue: 'remembered', partition: 'known' } as const
const names: string[] = []

async function runTwo(world: World, stage: string): Promise<void> {
  const { witness, client, ledger } = world
  const [first, second] = [`first-${stage}`, `second-${stage}`]
  const payload = { customer: place.partition, takes_ms: 500 }
  await client.enqueue(task, { ...payload, name: first })
  const job = await client.enqueue(task, { ...payload, name: second })
  for (const name of [first, second]) {
    ledger.expect(place.queue, place.partition, name)
    names.push(name)
  }
  await witness.until(() => witness.done(place.queue, place.partition).length >= names.length)
  // It is deleted after the service has seen it.
  await world.eventually(async () => (await client.why(job)).kind === 'ended')
  expect(whyText(await client.why(job))).toMatch(/^done at \S+Z(, attempt \d+)?: waited [\d.]+ s/)
}

export const remembered: Part = {
  name: 'jobs that have ended are remembered',
  after: (world, stage) => runTwo(world, stage),
  judge: async (world) => {
    const ended = await Array.fromAsync(world.client.endedJobs(place))
    expect(ended.map(({ ending }) => ending)).toEqual(names.map(() => 'done'))
    const records = (await world.tables.history()).filter(({ pk }) => pk.startsWith('ended|remembered|'))
    expect(records).toHaveLength(names.length)
    world.explained.push(...records)
  },
}
