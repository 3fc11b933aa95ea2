/** Where in its window a schedule starts its jobs: the thousand schedules of nine o'clock do not all start at nine. */
import { sha256 } from '../text/digest.ts'

/** Whole ms from 0 up to the window, not included: always the same for a key, and evenly spread over keys. */
export const offsetIn = (window_ms: number, key: string): number =>
  window_ms > 0 ? Number.parseInt(sha256(key).slice(-12), 16) % window_ms : 0
