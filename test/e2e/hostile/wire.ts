/** DynamoDB without an SDK in the way: items hold attributes that the SDK would lose or refuse. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Cloud } from '../../../local/cloud.ts'

/** A value as DynamoDB's JSON has it. */
export const attribute = (value: unknown): string => {
  if (typeof value === 'number') return `{"N":"${value}"}`
  if (typeof value === 'string') return `{"S":${JSON.stringify(value)}}`
  if (typeof value === 'boolean') return `{"BOOL":${value}}`
  return map(Object.entries(value as object).map(([name, part]) => [name, attribute(part)]))
}

/** Name, and value as DynamoDB's JSON. */
export type Attributes = readonly (readonly [string, string])[]

const members = (attributes: Attributes): string =>
  attributes.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()
export const map = (attributes: Attributes): string => `{"M":{${members(attributes)}}}`

interface StateItem {
  readonly pk: { readonly S: string }
  readonly slots?: { readonly M: Readonly<Record<string, unknown>> }
}

export class Wire {
  readonly #cloud: Cloud

  constructor(cloud: Cloud) {
    this.#cloud = cloud
  }

  putJob(attributes: Attributes): Promise<unknown> {
    return this.#call('PutItem', `"TableName":${this.#table('Jobs')},"Item":{${members(attributes)}}`)
  }

  deleteJob(pk: string, sk: string): Promise<unknown> {
    const key = members(Object.entries({ pk, sk }).map(([name, text]) => [name, attribute(text)]))
    return this.#call('DeleteItem', `"TableName":${this.#table('Jobs')},"Key":{${key}}`)
  }

  /** Sets an attribute of a state item, or with `undefined` removes it, as a person would. */
  changeState(shard: string, name: string, value: string | undefined): Promise<unknown> {
    const change =
      value === undefined
        ? '"UpdateExpression":"ADD version :one REMOVE #name","ExpressionAttributeValues":{":one":{"N":"1"}}'
        : `"UpdateExpression":"ADD version :one SET #name = :value","ExpressionAttributeValues":{":one":{"N":"1"},":value":${value}}`
    const names = `"ExpressionAttributeNames":{"#name":${JSON.stringify(name)}}`
    const key = `"Key":{"pk":${attribute(shard)}}`
    return this.#call('UpdateItem', `"TableName":${this.#table('State')},${key},${names},${change}`)
  }

  async states(): Promise<readonly StateItem[]> {
    const { Items } = await this.#call('Scan', `"TableName":${this.#table('State')},"ConsistentRead":true`)
    return Items as StateItem[]
  }

  #table(name: string): string {
    return JSON.stringify(this.#cloud.outputs[`${name}TableName`])
  }

  async #call(operation: string, members: string): Promise<Record<string, unknown>> {
    const { endpoints, credentials, region } = this.#cloud
    const scope = `${credentials.accessKeyId}/20260101/${region}/dynamodb/aws4_request`
    const response = await fetch(endpoints.dynamodb, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        // The engine wants a signature, and does not check it.
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
        'x-amz-date': '20260101T000000Z',
      },
      body: `{${members}}`,
    })
    if (!response.ok) throw new Error(`${operation}: ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  }
}

/** Lets a moment pass that only makes a race likelier, and on which nothing depends. */
export const aMoment = (time_ms: number): Promise<void> => pause(time_ms)
