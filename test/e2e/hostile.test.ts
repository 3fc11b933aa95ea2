/** Everything that people write by hand, beside neighbours who must not notice. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { limited, serial } from './app/tasks.ts'
import { IDS, MALFORMED, PARTITIONS, RUBBISH, STRANGE_ATTRIBUTES } from './hostile/catalogue.ts'
import { type Attributes, aMoment, attribute, Wire } from './hostile/wire.ts'
import { World } from './setup.ts'

let world: World
let wire: Wire
beforeAll(async () => {
  world = await World.watched()
  wire = new Wire(world.cloud)
})
afterAll(() => world?.stop())

const due = (id: string, before_ms = 0): string => `5#${new Date(Date.now() - before_ms).toISOString()}#${id}`
const encoded = (partition: string): string => partition.replaceAll('%', '%25').replaceAll('|', '%7C')

interface Item {
  readonly sk?: string
  readonly task?: string
  readonly payload?: string
}

/** A job of queue `serial`, and whatever else. Its name is its id, unless `sk` says something else. */
async function put(
  customer: string,
  name: string,
  more: object = {},
  item: Item = {},
  beside: Attributes = [],
) {
  const pk = `serial|${encoded(customer)}`
  const sk = item.sk ?? due(name)
  const payload = item.payload ?? attribute({ customer, name, ...more })
  const own: Attributes = [
    ['pk', attribute(pk)],
    ['sk', attribute(sk)],
    ['task', item.task ?? attribute('serial')],
    ['payload', payload],
  ]
  await wire.putJob([...own, ...beside])
  return { pk, sk }
}

const letters = async (customer: string) =>
  (await Array.fromAsync(world.client.deadLetters('serial'))).filter(
    ({ job }) => JSON.parse(job).pk === `serial|${encoded(customer)}`,
  )

/** Once so many of the customer's jobs are among the dead letters. Looks again whenever a function has run. */
async function untilDead(customer: string, count: number) {
  for (;;) {
    const ran = world.cloud.next('invocation')
    const found = await letters(customer)
    if (found.length >= count) return found
    await ran
  }
}

const untilEnded = (customer: string, names: readonly string[]): Promise<void> =>
  world.recorder.until(() => names.every((name) => world.recorder.ended(customer).includes(name)))

async function send(queue: string, body: string): Promise<void> {
  const { region, credentials, endpoints } = world.cloud
  const sqs = new SQSClient({ region, credentials, endpoint: endpoints.sqs })
  await sqs.send(new SendMessageCommand({ QueueUrl: world.output(`${queue}QueueUrl`), MessageBody: body }))
}

/** Sweeps until it is so: a repair may need more than one look. */
async function sweepUntil(repaired: Promise<void>): Promise<void> {
  const done = repaired.then(() => true)
  for (;;) {
    await world.cloud.fire('JobsSweepRule')
    const ran = world.cloud.next('invocation').then(() => false)
    if (await Promise.race([done, ran])) return
  }
}

const strangeAttributes = async (): Promise<void> => {
  const all = Object.entries(STRANGE_ATTRIBUTES)
  for (const [name, beside] of all) {
    await put(`beside-${name}`, 'runs', {}, {}, beside)
    await put(`beside-${name}`, 'again', { fails: 1 }, {}, beside)
    await put(`beside-${name}`, 'dies', { fails: 9 }, {}, beside)
  }
  for (const [name] of all) {
    await untilEnded(`beside-${name}`, ['runs', 'again'])
    expect(await untilDead(`beside-${name}`, 1)).toMatchObject([{ reason: 'exhausted' }])
  }
}

const partitions = async (): Promise<void> => {
  for (const customer of PARTITIONS) {
    await world.client.enqueue(serial, { customer, name: 'client', fails: 1 })
    await put(customer, 'raw')
    await world.putEvent('test', 'sluice.enqueue', {
      queue: 'serial',
      task: 'serial',
      payload: { customer, name: 'event' },
    })
    await put(customer, 'wrong', {}, { sk: '\uffff' })
  }
  for (const customer of PARTITIONS) {
    await untilEnded(customer, ['client', 'raw', 'event'])
    expect(await untilDead(customer, 1)).toMatchObject([{ reason: 'refused' }])
  }
}

const idsAndTwins = async (): Promise<void> => {
  const twins = Array.from({ length: 8 }, (_, n) => `twin-${n}`)
  for (const id of IDS) await put('ids', id, { fails: 1, takes_ms: 5 })
  for (const [n, name] of twins.entries()) await put('ids', name, { takes_ms: 5 }, { sk: due('twin', n) })
  await untilEnded('ids', [...IDS, ...twins])
}

const malformed = async (): Promise<void> => {
  for (const [n, item] of MALFORMED.entries()) await put('malformed', `m${n}`, {}, item)
  const dead = await untilDead('malformed', MALFORMED.length)
  expect(new Set(dead.map(({ reason }) => reason))).toEqual(new Set(['refused']))
}

const corrected = async (): Promise<void> => {
  const names = Array.from({ length: 6 }, (_, n) => `c${n}`)
  await Promise.all(
    names.map(async (name, n) => {
      const { sk } = await put(
        'corrected',
        name,
        {},
        n % 2 ? { task: attribute(7) } : { payload: attribute('x') },
      )
      await aMoment(n * 40)
      await put('corrected', name, {}, { sk })
    }),
  )
  await untilEnded('corrected', names)
}

const replacedAndDeleted = async (): Promise<void> => {
  const { pk, sk } = await put('replaced', 'old', { takes_ms: 1000 })
  await world.recorder.until(() => world.recorder.started('replaced').includes('old'))
  await put('replaced', 'new', {}, { sk })
  await untilEnded('replaced', ['old', 'new'])
  const gone = await put('replaced', 'gone', { takes_ms: 500 })
  await world.recorder.until(() => world.recorder.started('replaced').includes('gone'))
  await wire.deleteJob(pk, gone.sk)
  await put('replaced', 'behind')
  await untilEnded('replaced', ['gone', 'behind'])
}

const damaged = async (): Promise<void> => {
  await put('damaged', 'before')
  await untilEnded('damaged', ['before'])
  await wire.changeState('serial|damaged', 'override', attribute({ concurrency: -1 }))
  await put('damaged', 'held')
  await wire.changeState('serial|damaged', 'waiting', attribute('yes'))
  await world.cloud.fire('JobsSweepRule')
  await wire.changeState('serial|damaged', 'waiting', attribute(true))
  await wire.changeState('serial|damaged', 'override', undefined)
  await sweepUntil(untilEnded('damaged', ['held']))
}

const rubbish = async (): Promise<void> => {
  for (const body of RUBBISH) await Promise.all([send('Work', body), send('Wake', body)])
}

it('ends every job, whatever else stands in the tables and queues, and nobody else notices', async () => {
  const neighbours = Array.from({ length: 10 }, (_, n) => `n${n}`)
  await world.client.enqueueMany(
    limited,
    neighbours.map((name) => ({ payload: { customer: 'neighbour', name } })),
  )
  const undisturbed = untilEnded('neighbour', neighbours)
  const hostile = [
    strangeAttributes,
    partitions,
    idsAndTwins,
    malformed,
    corrected,
    replacedAndDeleted,
    damaged,
    rubbish,
  ]
  await Promise.all([undisturbed, ...hostile.map((act) => act())])
  const customers = new Set(world.recorder.seen.map(({ customer }) => customer))
  for (const customer of customers)
    expect(world.recorder.highestConcurrency(customer), customer).toBeLessThanOrEqual(
      customer === 'neighbour' ? 3 : 1,
    )
  await untilNoSlot()
  expect((await letters('replaced')).length + (await letters('damaged')).length).toBe(0)
})

/** The last run has ended, and its slot is on its way back. */
async function untilNoSlot(): Promise<void> {
  for (;;) {
    const ran = world.cloud.next('invocation')
    if ((await wire.states()).every(({ slots }) => Object.keys(slots?.M ?? {}).length === 0)) return
    await ran
  }
}
