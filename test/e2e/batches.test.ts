/** Jobs that are one call: when it is full, when it has waited, when one of them fails, and when the worker dies. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { batched, keyed } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

type Payload = { readonly name: string; readonly fails?: number; readonly crashes?: boolean }
const enqueue = (customer: string, ...payloads: readonly Payload[]) =>
  world.client.enqueueMany(
    batched,
    payloads.map((payload) => ({ payload: { customer, ...payload } })),
  )
const calls = (customer: string) => world.recorder.started(customer)

it('a call has so many jobs, or those that there are after a while', async () => {
  await enqueue('acme', { name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }, { name: 'e' })
  await world.untilEmpty('batched|acme')
  expect(calls('acme')).toHaveLength(2)
  expect(calls('acme').map((names) => names.length)).toEqual(['a+b+c'.length, 'd+e'.length])
})

it('one that fails is called again, with those that have come since', async () => {
  await enqueue('fails', { name: 'a' }, { name: 'b', fails: 1 }, { name: 'c' })
  await world.untilJob('batched|fails', ({ attempt }) => attempt === 2)
  await enqueue('fails', { name: 'd' }, { name: 'e' })
  await world.untilEmpty('batched|fails')
  expect(calls('fails')).toEqual(['a+b+c', 'b+d+e'])
})

it('a worker that dies costs nobody an attempt but the one that kills it', async () => {
  await enqueue('dies', { name: 'a' }, { name: 'b', crashes: true }, { name: 'c' })
  await world.untilEmpty('batched|dies')
  const [first, ...others] = calls('dies')
  expect(first).toBe('a+b+c')
  expect(others.toSorted()).toEqual(['a', 'b', 'b', 'c'])
  expect(await Array.fromAsync(world.client.deadLetters('batched'))).toEqual([])
})

it('the jobs of a call share their key, whoever put them, and those of others before them keep none waiting', async () => {
  const sk = `5#${new Date().toISOString()}#raw`
  const raw = { customer: 'keys', name: 'us-raw', text: 'us' }
  await world.rawPut({ pk: 'keyed|keys', sk, task: 'keyed', payload: raw })
  const texts = ['other', 'eu', 'us', 'eu', 'us', 'eu']
  await world.client.enqueueMany(
    keyed,
    texts.map((text, n) => ({ payload: { customer: 'keys', name: `${text}-${n}`, text } })),
  )
  await world.recorder.until(() => calls('keys').length === 2)
  expect(calls('keys').toSorted()).toEqual(['eu-1+eu-3+eu-5', 'us-2+us-4+us-raw'])
  expect(await world.jobsOf('keyed|keys|+batch.keyed:payload.text=other')).toHaveLength(1)
})
