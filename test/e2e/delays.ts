/** Calls that take long, as a few of many do on AWS. */
import type { Call } from '../../local/cloud.ts'

interface Delay {
  readonly isMeant: (call: Call) => boolean
  readonly delay_ms: number
}

export class Delays {
  readonly #next: Delay[] = []

  /** The next such call reaches its engine so much later. */
  add(delay_ms: number, isMeant: Delay['isMeant']): void {
    this.#next.push({ isMeant, delay_ms })
  }

  /** For the cloud's option `call`. */
  async delay(call: Call): Promise<void> {
    const at = this.#next.findIndex(({ isMeant }) => isMeant(call))
    const [found] = at < 0 ? [] : this.#next.splice(at, 1)
    if (found) await new Promise((resolve) => setTimeout(resolve, found.delay_ms))
  }
}
