/** Keeps jobs of one customer waiting, so that every limit is reached, until it is told to stop. */
import type { CallTask } from './app/tasks.ts'
import type { World } from './world.ts'

/** As many as one call of DynamoDB takes. */
const BATCH = 25

export class Load {
  readonly #world: World
  readonly #task: CallTask
  readonly #customer: string
  readonly #takes_ms: number
  #stopped = false
  #feeding: Promise<void>

  constructor(world: World, task: CallTask, customer: string, takes_ms: number) {
    this.#world = world
    this.#task = task
    this.#customer = customer
    this.#takes_ms = takes_ms
    this.#feeding = this.#feed()
    // It is thrown by `stop`, and must not end the test's process before.
    this.#feeding.catch((error: unknown) => console.error('the load has stopped:', error))
  }

  /** Returns when it has put its last job. */
  stop(): Promise<void> {
    this.#stopped = true
    return this.#feeding
  }

  async #feed(): Promise<void> {
    const { witness, ledger } = this.#world
    const [queue, customer] = [this.#task.queue, this.#customer]
    const waiting = () => ledger.count(queue, customer) - witness.done(queue, customer).length
    while (!this.#stopped) {
      const first = ledger.count(queue, customer)
      const jobs = Array.from({ length: BATCH }, (_, n) => this.#job(first + n))
      await this.#world.enqueue(this.#task, jobs)
      await witness.until(() => this.#stopped || waiting() < BATCH)
    }
  }

  #job = (n: number) => ({ customer: this.#customer, name: `job-${n}`, takes_ms: this.#takes_ms })
}
