/** The items under one partition key, found by their sort key, and read in its order. */
import type { RawItem } from '../../core/job/job.ts'
import { byBytes } from './order.ts'

export class ItemCollection extends Map<string, RawItem> {
  readonly #keys: string[] = []

  override set(sk: string, item: RawItem): this {
    if (!this.has(sk)) this.#keys.splice(this.#placeOf(sk), 0, sk)
    return super.set(sk, item)
  }

  override delete(sk: string): boolean {
    if (!super.delete(sk)) return false
    this.#keys.splice(this.#placeOf(sk), 1)
    return true
  }

  /** In their order, from a key on. */
  *from(sk: string): Generator<RawItem> {
    for (let place = this.#placeOf(sk); place < this.#keys.length; place++) {
      const item = this.get(this.#keys[place] ?? '')
      if (item) yield item
    }
  }

  /** How many keys are before this one. */
  #placeOf(sk: string): number {
    let [least, most] = [0, this.#keys.length]
    while (least < most) {
      const middle = (least + most) >> 1
      if (byBytes(this.#keys[middle] ?? '', sk) < 0) least = middle + 1
      else most = middle
    }
    return least
  }
}
