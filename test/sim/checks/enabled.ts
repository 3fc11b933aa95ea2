/** Which partitions of schedules were fired when, as the observer has seen it said. */
import type { EnabledPartitions } from '../../../lib/core/schedule/enabled.ts'
import type { Plan } from '../workloads/plan.ts'

interface Said {
  readonly at: number
  readonly is: EnabledPartitions | undefined
}

/** Of a version of the configuration, between two moments. */
export interface EnabledSpan {
  readonly version: number
  readonly from: number
  readonly until: number
}

export class EnabledHistory {
  readonly #said: Said[] = [{ at: Number.NEGATIVE_INFINITY, is: undefined }]

  learn(said: Said): void {
    this.#said.push(said)
  }

  /** At each moment of the span, or at some. */
  isAlways(plan: Plan, partition: number, span: EnabledSpan): boolean {
    return this.#during(plan, partition, span).every(Boolean)
  }

  isEver(plan: Plan, partition: number, span: EnabledSpan): boolean {
    return this.#during(plan, partition, span).some(Boolean)
  }

  #during(plan: Plan, partition: number, { version, from, until }: EnabledSpan): boolean[] {
    const configured = (plan.versions[version] ?? plan.versions[0]).config.schedules.enabledPartitions
    const said = this.#said.filter(({ at }, n) => at <= until && (this.#said[n + 1]?.at ?? until) >= from)
    return said.map(({ is = configured ?? 'all' }) => is === 'all' || is.includes(partition))
  }
}
