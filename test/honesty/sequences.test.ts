/** The same operations, one after the other, give the same answers and leave the same items. */
import { fc } from '@fast-check/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { memoryStore } from '../../lib/adapters/memory/store.ts'
import { emptyTables } from '../../lib/adapters/memory/tables.ts'
import type { TestDatabase } from '../support/dynamodb.ts'
import { ENGINES } from './engines.ts'
import { type Intent, intentOf, KINDS, type Kind, TICK_KINDS } from './intent.ts'
import { type Names, names } from './names.ts'
import { answer } from './operation.ts'
import { resolve } from './resolve.ts'
import { parameters } from './runs.ts'
import { engineDump, memoryDump, wipe } from './tables.ts'
import { Witness } from './witness.ts'

describe.each(ENGINES)('memory and $name', ({ missing, name, open }) => {
  describe.skipIf(missing !== undefined)(missing ?? 'one after the other', () => {
    let database: TestDatabase
    let operations = 0
    beforeAll(async () => {
      database = await open()
    })
    afterAll(async () => {
      console.log(`${name}: ${operations} operations compared`)
      await database?.close()
    })

    test.each<[string, readonly Kind[]]>([
      ['of jobs and limits', KINDS],
      ['of schedules and what has ended', TICK_KINDS],
    ])('%s: they say the same and hold the same', async (_what, kinds) => {
      const sequence = fc.array(intentOf(kinds), { minLength: 10, maxLength: 60, size: 'max' })
      const property = fc.asyncProperty(names, sequence, async (world, intents) => {
        operations += await compare(database, world, intents)
      })
      await fc.assert(property, parameters)
    })
  })
})

async function compare(database: TestDatabase, world: Names, intents: readonly Intent[]): Promise<number> {
  const tables = emptyTables()
  const [memory, engine] = [memoryStore(tables), dynamoStore(database)]
  const witness = new Witness()
  try {
    for (const intent of intents) {
      const operation = resolve(intent, world, witness)
      const [expected, actual] = [await answer(memory, operation), await answer(engine, operation)]
      expect({ operation, answer: actual }).toEqual({ operation, answer: expected })
      witness.notice(operation, expected)
    }
    expect(await engineDump(database)).toEqual(memoryDump(tables))
  } finally {
    await wipe(database)
  }
  return intents.length
}
