/** Lambda's environments: an invocation takes an idle one, or a new one, which starts cold. None is given up meanwhile. */
import type { WorldEvent } from '../../test/sim/world/events.ts'
import type { FunctionName } from '../../test/sim/world/invocation.ts'

export class WarmPool {
  readonly #idle = new Map<FunctionName, number>()

  /** Whether there was an idle one. */
  take(fn: FunctionName): boolean {
    const idle = this.#idle.get(fn) ?? 0
    if (idle > 0) this.#idle.set(fn, idle - 1)
    return idle > 0
  }

  /** An environment is idle when its invocation is over. */
  readonly see = (event: WorldEvent): void => {
    if (event.kind === 'over') this.#idle.set(event.by.fn, (this.#idle.get(event.by.fn) ?? 0) + 1)
  }
}
