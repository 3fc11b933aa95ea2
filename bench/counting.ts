/** Counts the capacity that DynamoDB says each call consumed, indexes included. */
import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb'

export interface Units {
  writes: number
  reads: number
  calls: number
}

interface Input {
  ReturnConsumedCapacity?: string
}
interface Output {
  ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[]
}

const READS = new Set(['GetItemCommand', 'QueryCommand', 'ScanCommand', 'BatchGetItemCommand'])
/** A failed condition is billed as the write would have been; items here have at most 1 KB. */
const FAILED_WRITE = 1

/** Has every call of this client report what it consumed, and adds it up. */
export function countUnits(client: DynamoDBClient): Units {
  const units: Units = { writes: 0, reads: 0, calls: 0 }
  client.middlewareStack.add(
    (next, context) => async (args) => {
      ;(args.input as Input).ReturnConsumedCapacity = 'INDEXES'
      const isRead = READS.has(context.commandName ?? '')
      units.calls++
      try {
        const result = await next(args)
        units[isRead ? 'reads' : 'writes'] += total((result.output as Output).ConsumedCapacity)
        return result
      } catch (error) {
        if ((error as Error).name === 'ConditionalCheckFailedException') units.writes += FAILED_WRITE
        throw error
      }
    },
    { step: 'initialize', name: 'countUnits' },
  )
  return units
}

const total = (consumed: Output['ConsumedCapacity'] = []): number =>
  [consumed].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)

export const difference = (after: Units, before: Units): Units => ({
  writes: after.writes - before.writes,
  reads: after.reads - before.reads,
  calls: after.calls - before.calls,
})
