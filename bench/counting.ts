/** Counts the capacity that DynamoDB says each call consumed, indexes included. */
import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type Charge, kindOf, unitsOf, writesOfFailure } from './charges.ts'

export interface Units extends Charge {
  calls: number
}

interface Input {
  ReturnConsumedCapacity?: string
  readonly TransactItems?: readonly unknown[]
}
interface Output {
  ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[]
}

/** Has every call of this client report what it consumed, and adds it up. */
export function countUnits(client: DynamoDBClient): Units {
  const units: Units = { writes: 0, reads: 0, calls: 0 }
  client.middlewareStack.add(
    (next, context) => async (args) => {
      ;(args.input as Input).ReturnConsumedCapacity = 'INDEXES'
      const kind = kindOf((context.commandName ?? '').replace(/Command$/, ''))
      units.calls++
      try {
        const result = await next(args)
        if (kind) units[kind] += unitsOf((result.output as Output).ConsumedCapacity)
        return result
      } catch (error) {
        const { TransactItems = [] } = args.input as Input
        units.writes += writesOfFailure((error as Error).name, TransactItems.length)
        throw error
      }
    },
    { step: 'initialize', name: 'countUnits' },
  )
  return units
}

export const difference = (after: Units, before: Units): Units => ({
  writes: after.writes - before.writes,
  reads: after.reads - before.reads,
  calls: after.calls - before.calls,
})
