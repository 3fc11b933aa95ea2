/** How long, and how often, an operator's call waits for a database that has no room at the moment. */
import type { Clock } from '../ports/clock.ts'

/** Six seconds and a half in all. */
export const MAX_WAITS = 7
const FIRST_WAIT_MS = 50

export const waitForRoom = (clock: Clock, waits: number): Promise<void> =>
  clock.sleep(FIRST_WAIT_MS * 2 ** waits)

export const NO_ROOM = 'DynamoDB has no room for it at the moment: try again later'
