/** What a recorder has seen of jobs that schedules made, each customer's schedule by itself. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Recorder, Seen } from '../recorder.ts'

const SECOND_MS = 1000

export class Starts {
  readonly #recorder: Recorder

  constructor(recorder: Recorder) {
    this.#recorder = recorder
  }

  of(customer: string): Seen[] {
    return this.#recorder.of(customer).filter(({ what }) => what === 'start')
  }

  /** Nominal times, epoch ms. */
  ticksOf(customer: string): number[] {
    return this.of(customer).map(({ tick }) => Date.parse(tick?.at ?? 'none'))
  }

  until(customer: string, count: number): Promise<void> {
    return this.#recorder.until(() => this.of(customer).length >= count)
  }

  /** What was due by then still runs, late if the machine is busy. One that ticked on would never be still for so long. */
  async expectNoMore(customer: string): Promise<void> {
    for (let looks = 0; looks < 10; looks++) {
      const { length } = this.of(customer)
      await sleep(4 * SECOND_MS)
      if (this.of(customer).length === length) return
    }
    throw new Error(`${customer} still starts jobs`)
  }

  /**
   * Jobs are claimed in order: those that were not taken back are all up to some tick. On a busy machine one that was claimed may come
   * by another message, a minute later.
   */
  async expectEachOnce(customer: string, period_ms: number): Promise<void> {
    const gaps = (): number[] => {
      const ticks = this.ticksOf(customer).toSorted((a, b) => a - b)
      return ticks.filter((tick, n) => tick !== (ticks[0] ?? 0) + n * period_ms)
    }
    await expect.poll(gaps, { timeout: 150 * SECOND_MS, interval: SECOND_MS }).toEqual([])
  }
}
