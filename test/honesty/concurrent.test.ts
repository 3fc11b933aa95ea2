/** Operations issued at the same time: some order of them explains every answer, and what is in the tables. */
import { fc } from '@fast-check/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { memoryStore } from '../../lib/adapters/memory/store.ts'
import { emptyTables, type Tables } from '../../lib/adapters/memory/tables.ts'
import type { Store } from '../../lib/ports/store.ts'
import type { TestDatabase } from '../support/dynamodb.ts'
import { ENGINES } from './engines.ts'
import { type Intent, intentOf, KINDS, type Kind, TICK_KINDS } from './intent.ts'
import { type Answered, copy, explain, isRefusedForNow } from './linear.ts'
import { type Names, names } from './names.ts'
import { answer } from './operation.ts'
import { resolve } from './resolve.ts'
import { parameters } from './runs.ts'
import { engineDump, memoryDump, wipe } from './tables.ts'
import { Witness } from './witness.ts'

/**
 * What the port says of these is not that they are one atomic step: a batch is many, an index, a scan, a glance or a count
 * may be stale, and jobs that wait are not ended, taken back, moved or replaced either if another transaction is under way.
 */
const NOT_ATOMIC: readonly Kind[] = [
  'putBatch',
  'due',
  'scan',
  'glance',
  'dead',
  'count',
  'countDead',
  'countDeadOf',
  'size',
  'countedItems',
  'endWaiting',
  'moveWaiting',
  'swapWaiting',
  'endedJobs',
  'getSchedules',
  'dueSchedules',
  'scanSchedules',
  'withdraw',
]
const BATCH = 5
/** A round brings the tables to a state worth fighting over, then fights. Its last batch is followed by another round. */
const roundOf = (kinds: readonly Kind[]): fc.Arbitrary<Round> => {
  const fights = intentOf(kinds.filter((kind) => !NOT_ATOMIC.includes(kind)))
  return fc.record({
    prepare: fc.array(intentOf(kinds), { minLength: 3, maxLength: 8, size: 'max' }),
    fight: fc
      .tuple(fc.array(fights, { minLength: 2, maxLength: BATCH, size: 'max' }), fc.boolean())
      .map(([intents, close]) =>
        intents.map((intent) => (close ? { ...intent, shard: 0, id: intent.id % 2 } : intent)),
      ),
  })
}
type Round = { readonly prepare: readonly Intent[]; readonly fight: readonly Intent[] }

const counted = { batches: 0, operations: 0, contended: 0, refused: 0 }

describe.each(ENGINES)('memory and $name', ({ missing, name, open }) => {
  describe.skipIf(missing !== undefined)(missing ?? 'at the same time', () => {
    let database: TestDatabase
    beforeAll(async () => {
      Object.assign(counted, { batches: 0, operations: 0, contended: 0, refused: 0 })
      database = await open()
    })
    afterAll(async () => {
      console.log(`${name}: ${JSON.stringify(counted)}`)
      await database?.close()
    })

    test.each<[string, readonly Kind[]]>([
      ['of jobs and limits', KINDS],
      ['of schedules and what has ended', TICK_KINDS],
    ])('%s: some order explains what they say and hold', async (_what, kinds) => {
      const rounds = fc.array(roundOf(kinds), { minLength: 1, maxLength: 4, size: 'max' })
      const property = fc.asyncProperty(names, rounds, (world, list) => play(database, world, list))
      await fc.assert(property, parameters)
    })
  })
})

async function play(database: TestDatabase, world: Names, rounds: readonly Round[]): Promise<void> {
  const engine = dynamoStore(database)
  const witness = new Witness()
  let tables = emptyTables()
  try {
    for (const { prepare, fight } of rounds) {
      await oneByOne(prepare, world, witness, memoryStore(tables), engine)
      tables = await allAtOnce(fight, world, witness, tables, database)
    }
  } finally {
    await wipe(database)
  }
}

async function oneByOne(
  intents: readonly Intent[],
  world: Names,
  witness: Witness,
  memory: Store,
  engine: Store,
): Promise<void> {
  for (const intent of intents) {
    const operation = resolve(intent, world, witness)
    const [expected, actual] = [await answer(memory, operation), await answer(engine, operation)]
    expect({ operation, answer: actual }).toEqual({ operation, answer: expected })
    witness.notice(operation, expected)
  }
}

/** All are decided by what was seen before: that is what makes them a race. */
async function allAtOnce(
  intents: readonly Intent[],
  world: Names,
  witness: Witness,
  tables: Tables,
  database: TestDatabase,
): Promise<Tables> {
  const store = dynamoStore(database)
  const operations = intents.map((intent) => resolve(intent, world, witness))
  const batch = await Promise.all(
    operations.map(async (operation) => ({ operation, answer: await answer(store, operation) })),
  )
  const after = await engineDump(database)
  const explained = await explain(copy(tables), batch, after)
  if (!explained)
    expect.fail(`no order explains\n${JSON.stringify({ before: memoryDump(tables), batch, after }, null, 1)}`)
  await count(tables, batch)
  for (const { operation, answer: given } of batch) witness.notice(operation, given)
  return explained
}

/** A batch is contended where its operations answer each other: alone, one of them would have got another answer. */
async function count(before: Tables, batch: readonly Answered[]): Promise<void> {
  counted.batches += 1
  counted.operations += batch.length
  counted.refused += batch.filter(({ answer: given }) => isRefusedForNow(given)).length
  const tables = copy(before)
  const inOrder: unknown[] = []
  for (const { operation } of batch) inOrder.push(await answer(memoryStore(tables), operation))
  const alone: unknown[] = []
  for (const { operation } of batch) alone.push(await answer(memoryStore(copy(before)), operation))
  if (JSON.stringify(inOrder) !== JSON.stringify(alone)) counted.contended += 1
}
