/** An invariant as a small function of the truth. Each sees every event, before and after the truth has learnt it. */

import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { WorldEvent } from '../world/events.ts'
import type { Truth } from './truth.ts'

export interface Seen {
  readonly truth: Truth
  readonly tables: Tables
  readonly fail: (what: string) => void
}

export interface Check {
  /** The invariant of the DESIGN, and a word for it. */
  readonly name: string
  /** Judges what is about to become true. */
  before?(event: WorldEvent, seen: Seen): void
  /** Judges what has become true. */
  after?(event: WorldEvent, seen: Seen): void
  /** Judges the world in which everything has finished. */
  finally?(seen: Seen): void
}
