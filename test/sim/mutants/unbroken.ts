/** Whether a seed passes where nothing is broken: what one that fails there says of a mutant proves nothing. */
import { CampaignWorker } from '../campaign/worker.ts'

const LONGEST_SEED_MS = 600_000

export class Unbroken {
  /** One run after the other. */
  #latest: Promise<unknown> = Promise.resolve()
  readonly #known = new Map<number, Promise<boolean>>()
  readonly #worker = new CampaignWorker()

  passes(seed: number): Promise<boolean> {
    const known = this.#known.get(seed) ?? this.#next(seed)
    this.#known.set(seed, known)
    return known
  }

  stop(): void {
    this.#worker.stop()
  }

  #next(seed: number): Promise<boolean> {
    const run = this.#latest.then(() => this.#worker.run([seed], LONGEST_SEED_MS))
    this.#latest = run
    return run.then(({ violations }) => violations.length === 0)
  }
}
