/** Payloads that are too large for the Jobs table, by all three ways in. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serial } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

const KB = 1000
const SIZES = [40 * KB, 3000 * KB]
const textOf = (bytes: number): string => 'x'.repeat(bytes)
const seen = (customer: string): string[] =>
  world.recorder
    .of(customer)
    .flatMap(({ what, name, attempt, bytes }) => (what === 'end' ? [`${name} ${attempt} ${bytes}`] : []))
const until = (customer: string, count: number): Promise<void> =>
  world.recorder.until(() => seen(customer).length >= count)

/** As a program in any language would. */
async function rawPut(customer: string, name: string, payload: object): Promise<string> {
  const text = JSON.stringify(payload)
  const payloadKey = `90d/${createHash('sha256').update(text).digest('hex')}`
  await world.putObject(payloadKey, text)
  const sk = `5#${new Date().toISOString()}#${name}`
  await world.rawPut({ pk: `serial|${customer}`, sk, task: 'serial', payloadKey })
  return payloadKey
}

describe.concurrent('a large payload', () => {
  it.each(SIZES)('of %d bytes reaches its handler, by the client and by a raw put', async (bytes) => {
    const customer = `ways-${bytes}`
    const text = textOf(bytes)
    await world.client.enqueue(serial, { customer, name: 'client', text })
    await world.client.enqueueMany(serial, [
      { payload: { customer, name: 'many', text } },
      { payload: { customer, name: 'named', text }, id: 'named' },
    ])
    await rawPut(customer, 'raw', { customer, name: 'raw', text })
    await until(customer, 4)
    expect(seen(customer).toSorted()).toEqual(
      ['client', 'many', 'named', 'raw'].map((name) => `${name} 1 ${bytes}`),
    )
  })

  it('reaches its handler as an event', async () => {
    const customer = 'event'
    const payload = { customer, name: 'event', text: textOf(200 * KB) }
    await world.putEvent('test', 'sluice.enqueue', { queue: 'serial', task: 'serial', payload })
    await until(customer, 1)
    expect(seen(customer)).toEqual(['event 1 200000'])
  })

  it('is the same in each attempt, in the dead letter, and after a redrive', async () => {
    const customer = 'redriven'
    await world.client.enqueue(serial, { customer, name: 'never', fails: 3, text: textOf(40 * KB) })
    await until(customer, 2)
    const letters = await world.deadLetters('serial', 1)
    const letter = letters.find(({ job }) => job.includes(customer))
    expect(letter?.error).toContain('told to fail')
    const { payload, payloadKey } = JSON.parse(letter?.job ?? '{}')
    expect(payload).toBeUndefined()
    expect(JSON.parse((await world.getObject(payloadKey)) ?? '')).toMatchObject({ customer, fails: 3 })
    const where = ({ job }: { readonly job: string }) => job.includes(customer)
    expect(await world.client.redrive('serial', { where })).toEqual({ redriven: 1, skipped: [] })
    await until(customer, 4)
    const bytes = 40 * KB
    expect(seen(customer)).toEqual([1, 2, 1, 2].map((attempt) => `never ${attempt} ${bytes}`))
  })

  it('that is missing, changed or no payload at all is a dead letter that says so, and stops nobody', async () => {
    const customer = 'lost'
    const gone = `90d/${'0'.repeat(64)}`
    const changed = `90d/${'1'.repeat(64)}`
    await world.putObject(changed, '{"customer":"lost"}')
    const keys = [gone, changed, '90d/../secret', `s3://elsewhere/90d/${'0'.repeat(64)}`]
    for (const [n, payloadKey] of keys.entries()) {
      const sk = `4#${new Date().toISOString()}#lost-${n}`
      await world.rawPut({ pk: `limited|${customer}`, sk, task: 'limited', payloadKey })
    }
    const letters = await world.deadLetters('limited', keys.length)
    const errors = letters.map(({ error }) => error)
    for (const why of ['is not in the bucket', 'is not the one that was put', 'payloadKey: is not 90d/'])
      expect(errors.filter((error) => error.includes(why)).length).toBeGreaterThan(0)
    expect(letters.map(({ reason }) => reason)).toEqual(keys.map(() => 'refused'))
  })
})
