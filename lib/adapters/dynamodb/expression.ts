/** Builds one expression clause by clause. Names and values never become part of its text. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { type Item, toAttribute } from './item.ts'

export class UpdateExpression {
  readonly #sets: string[] = []
  readonly #removes: string[] = []
  readonly #conditions: string[] = []
  readonly #names = new Map<string, string>()
  readonly #values: Item = {}
  #count = 0

  /** A path such as `slots.<id>.token`, each part an attribute name whatever characters it has. */
  path(...parts: readonly string[]): string {
    return parts.map((part) => this.#name(part)).join('.')
  }

  value(value: unknown): string {
    return this.attribute(toAttribute(value))
  }

  /** A value as it came from the database. */
  attribute(value: AttributeValue): string {
    const placeholder = `:v${this.#count++}`
    this.#values[placeholder] = value
    return placeholder
  }

  set(path: string, value: unknown): this {
    this.#sets.push(`${path} = ${this.value(value)}`)
    return this
  }

  /** Adds to a number that may not be there yet. */
  increase(path: string, by: number): this {
    this.#sets.push(`${path} = if_not_exists(${path}, ${this.value(0)}) + ${this.value(by)}`)
    return this
  }

  remove(path: string): this {
    this.#removes.push(path)
    return this
  }

  condition(clause: string): this {
    this.#conditions.push(clause)
    return this
  }

  build() {
    const update = [
      ...(this.#sets.length > 0 ? [`SET ${this.#sets.join(', ')}`] : []),
      ...(this.#removes.length > 0 ? [`REMOVE ${this.#removes.join(', ')}`] : []),
    ]
    return { UpdateExpression: update.join(' '), ...this.buildCondition() }
  }

  /** For a call that takes a condition and updates nothing by an expression. */
  buildCondition() {
    const values = this.#values
    return {
      ExpressionAttributeNames: Object.fromEntries(
        [...this.#names].map(([name, placeholder]) => [placeholder, name]),
      ),
      ...(this.#conditions.length > 0 ? { ConditionExpression: this.#conditions.join(' AND ') } : {}),
      ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
    }
  }

  #name(name: string): string {
    const placeholder = this.#names.get(name) ?? `#n${this.#names.size}`
    this.#names.set(name, placeholder)
    return placeholder
  }
}
