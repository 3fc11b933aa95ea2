/** Nothing foreign is part of an expression, whatever names jobs, partitions and tokens have. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { intentOf, KINDS, TICK_KINDS } from '../honesty/intent.ts'
import { names } from '../honesty/names.ts'
import { answer } from '../honesty/operation.ts'
import { resolve } from '../honesty/resolve.ts'
import { Witness } from '../honesty/witness.ts'
import { record, type Sent } from '../support/record-commands.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('expressions')

/** All words of Sluice's own expressions. Anything else has to be `#n…` or `:…`. */
const WORDS = new Set(
  'SET REMOVE ADD AND OR BETWEEN attribute_exists attribute_not_exists attribute_type begins_with if_not_exists pk sk dueShard dueAt dueIn nextAt layouts countedIn'.split(
    ' ',
  ),
)
const ALPHABET = /^[A-Za-z0-9_#:.,()=+<> ]+$/
const EXPRESSION = /Expression$/

describe('commands to DynamoDB', () => {
  test('have expressions of our own words and placeholders only', async () => {
    const sent: Sent[] = []
    const client = record(new DynamoDBClient({ region: 'us-east-1' }), sent)
    const store = dynamoStore({
      client,
      tables: { jobs: 'jobs', state: 'state', history: 'history', schedules: 'schedules' },
    })
    const sequence = fc.array(intentOf([...KINDS, ...TICK_KINDS]), {
      minLength: 12,
      maxLength: 12,
      size: 'max',
    })
    const property = fc.asyncProperty(names, sequence, async (world, intents) => {
      sent.length = 0
      for (const intent of intents) {
        tried(1)
        await answer(store, resolve(intent, world, new Witness()))
      }
      for (const { input } of sent) checkCommand(input)
    })
    await fc.assert(property, runs(700))
  })
})

function checkCommand(part: unknown): void {
  if (typeof part !== 'object' || part === null) return
  for (const [name, value] of Object.entries(part)) {
    if (EXPRESSION.test(name)) checkExpression(String(value), part as Record<string, object | undefined>)
    else if (name !== 'Item' && name !== 'Key') checkCommand(value)
  }
}

function checkExpression(expression: string, command: Record<string, object | undefined>): void {
  expect(expression).toMatch(ALPHABET)
  expect(Buffer.byteLength(expression)).toBeLessThanOrEqual(4096)
  for (const word of expression.match(/[#:]?[A-Za-z_0-9]+/g) ?? []) {
    if (word.startsWith('#')) expect(command['ExpressionAttributeNames']).toHaveProperty(word)
    else if (word.startsWith(':')) expect(command['ExpressionAttributeValues']).toHaveProperty(word)
    else expect(WORDS.has(word) || isOwnName(word), `${word} in ${expression}`).toBe(true)
  }
}

/** Attributes of the state item that no reserved word of DynamoDB collides with, written as they are. */
const isOwnName = (word: string): boolean => ['version', 'before'].includes(word)
