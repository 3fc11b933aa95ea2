/** The Schedules table in memory, with its due index: as large as a real one, and still read a page at a time. */
import type { RawSchedule } from '../../core/schedule/schedule-item.ts'
import { byBytes } from './order.ts'

interface Due {
  readonly nextAt: number
  readonly pk: string
}

export class ScheduleTable extends Map<string, RawSchedule> {
  readonly #keys = new Sorted<string>(byBytes)
  readonly #due = new Map<string, Sorted<Due>>()

  override set(pk: string, item: RawSchedule): this {
    this.delete(pk)
    this.#keys.add(pk)
    const { dueIn, due } = indexed(item)
    if (due) this.#due.set(dueIn, (this.#due.get(dueIn) ?? new Sorted<Due>(byTime)).add(due))
    return super.set(pk, item)
  }

  override delete(pk: string): boolean {
    const item = this.get(pk)
    if (!item) return false
    const { dueIn, due } = indexed(item)
    if (due) this.#due.get(dueIn)?.remove(due)
    this.#keys.remove(pk)
    return super.delete(pk)
  }

  /** In the order of their keys, behind one. */
  *behind(pk: string | undefined): Generator<RawSchedule> {
    for (const key of this.#keys.behind(pk)) {
      const item = this.get(key)
      if (item) yield item
    }
  }

  /** In the order of their next ticks, behind one. */
  *dueIn(partition: string, behind: Due | undefined): Generator<Due> {
    yield* this.#due.get(partition)?.behind(behind) ?? []
  }
}

/** What the index has of an item: whatever has both of its keys, as they have to be, whoever wrote it. */
function indexed({ pk, dueIn, nextAt }: RawSchedule): { readonly dueIn: string; readonly due?: Due } {
  const isListed = typeof dueIn === 'string' && dueIn !== '' && typeof nextAt === 'number'
  return isListed ? { dueIn, due: { nextAt, pk } } : { dueIn: '' }
}

const byTime = (one: Due, other: Due): number => one.nextAt - other.nextAt || byBytes(one.pk, other.pk)

/** Values in an order of their own, each once. */
class Sorted<T> {
  readonly #values: T[] = []
  readonly #compare: (one: T, other: T) => number
  constructor(compare: (one: T, other: T) => number) {
    this.#compare = compare
  }

  add(value: T): this {
    this.#values.splice(this.#placeOf(value), 0, value)
    return this
  }

  remove(value: T): void {
    this.#values.splice(this.#placeOf(value), 1)
  }

  *behind(value: T | undefined): Generator<T> {
    let place = value === undefined ? 0 : this.#placeOf(value)
    for (; place < this.#values.length; place++) {
      const found = this.#values[place] as T
      if (value === undefined || this.#compare(found, value) > 0) yield found
    }
  }

  /** How many are before this one. */
  #placeOf(value: T): number {
    let [least, most] = [0, this.#values.length]
    while (least < most) {
      const middle = (least + most) >> 1
      if (this.#compare(this.#values[middle] as T, value) < 0) least = middle + 1
      else most = middle
    }
    return least
  }
}
