/** Virtual time: a heap of things to happen. Nothing in the world happens but from here, one at a time. */
import type { SimRandom } from './random.ts'

export interface Timer {
  readonly at: number
  /** Things of the same millisecond happen in random order. */
  readonly tie: number
  readonly run: () => void
  cancelled: boolean
}

const realImmediate = setImmediate
/** Lets every continuation run that the last step made possible: the microtask queue is empty afterwards. */
const settled = (): Promise<void> => new Promise((resolve) => realImmediate(resolve))

export class Scheduler {
  now: number
  steps = 0
  readonly #heap: Timer[] = []
  readonly #random: SimRandom

  constructor(random: SimRandom, epoch_ms: number) {
    this.#random = random
    this.now = epoch_ms
  }

  at(time: number, run: () => void): Timer {
    const timer = {
      at: Math.max(this.now, Math.round(time)),
      tie: this.#random.number(),
      run,
      cancelled: false,
    }
    this.#push(timer)
    return timer
  }

  after(delay_ms: number, run: () => void): Timer {
    return this.at(this.now + delay_ms, run)
  }

  /** Runs until nothing is left, `until` has passed or `stop` says so. */
  async run(until: number, stop: () => boolean = () => false): Promise<void> {
    await settled()
    while (!stop()) {
      const next = this.#heap[0]
      if (!next || next.at > until) break
      this.#pop()
      if (next.cancelled) continue
      this.now = next.at
      this.steps++
      next.run()
      await settled()
    }
    if (!stop()) this.now = Math.max(this.now, until)
  }

  #push(timer: Timer): void {
    const heap = this.#heap
    let index = heap.push(timer) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent]
      if (!above || !isBefore(timer, above)) break
      heap[index] = above
      index = parent
    }
    heap[index] = timer
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      const [a, b] = [heap[left], heap[left + 1]]
      const child = a && b && isBefore(b, a) ? left + 1 : left
      const smaller = heap[child]
      if (!smaller || !isBefore(smaller, last)) break
      heap[index] = smaller
      index = child
    }
    heap[index] = last
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.tie < b.tie)
