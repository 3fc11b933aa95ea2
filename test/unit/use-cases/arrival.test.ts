/** A new job that nobody can look at for the moment. */
import { expect, test } from 'vitest'
import { arrive } from '../../../lib/use-cases/arrive.ts'
import { configOf, jobItem } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

test('whose shard can neither be visited nor be woken comes again', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  const arrivals = [...'ab'].map((id) => ({ id, item: jobItem({ id }) }))
  world.put(...arrivals.map(({ item }) => item))
  const fails = () => Promise.reject(new Error('throttled'))
  const { store } = world.context
  const context = {
    ...world.context,
    store: { ...store, states: { ...store.states, read: fails } },
    wake: { send: fails },
  }
  expect(await arrive(context, arrivals)).toEqual(['a', 'b'])
})
