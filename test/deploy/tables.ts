/** What stands in the three tables. */
import { type DynamoDBClient, paginateScan, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'

export type Row = Readonly<Record<string, unknown>> & { readonly pk: string; readonly sk: string }

export interface TableNames {
  readonly jobs: string
  readonly state: string
  readonly history: string
}

export class Tables {
  readonly #client: DynamoDBClient
  readonly #names: TableNames

  constructor(client: DynamoDBClient, names: TableNames) {
    this.#client = client
    this.#names = names
  }

  jobs = (): Promise<Row[]> => this.#all(this.#names.jobs)
  /** Items of shards, without those that Sluice keeps for itself. */
  states = async (): Promise<Row[]> => (await this.records()).filter(({ pk }) => !pk.startsWith('$'))
  records = (): Promise<Row[]> => this.#all(this.#names.state)
  history = (): Promise<Row[]> => this.#all(this.#names.history)

  /** As if time had passed: a shard's item with other values; what is `undefined` is removed. */
  async changeState(pk: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    const set = Object.keys(values).filter((name) => values[name] !== undefined)
    const gone = Object.keys(values).filter((name) => values[name] === undefined)
    const expression = [
      ...(set.length > 0 ? [`SET ${set.map((name) => `#${name} = :${name}`).join(', ')}`] : []),
      ...(gone.length > 0 ? [`REMOVE ${gone.map((name) => `#${name}`).join(', ')}`] : []),
    ]
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#names.state,
        Key: marshall({ pk }),
        UpdateExpression: expression.join(' '),
        ExpressionAttributeNames: Object.fromEntries(Object.keys(values).map((name) => [`#${name}`, name])),
        ...(set.length > 0
          ? {
              ExpressionAttributeValues: marshall(
                Object.fromEntries(set.map((name) => [`:${name}`, values[name]])),
              ),
            }
          : {}),
      }),
    )
  }

  async #all(table: string): Promise<Row[]> {
    const rows: Row[] = []
    for await (const { Items = [] } of paginateScan(
      { client: this.#client },
      { TableName: table, ConsistentRead: true },
    ))
      rows.push(...Items.map((item) => unmarshall(item) as Row))
    return rows
  }
}
