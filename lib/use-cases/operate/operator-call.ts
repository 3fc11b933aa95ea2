/** What the calls of an operator share: how long they wait for a database that has no room, and how much they may do. */
import { ConfigurationError } from '../../core/errors.ts'
import { clipValue } from '../../core/text/clip.ts'
import { ROOM_PAUSE_MS } from '../../core/times.ts'
import type { Clock } from '../../ports/clock.ts'

/** Six seconds and a half in all. */
export const MAX_WAITS = 7

export const waitForRoom = (clock: Clock, waits: number): Promise<void> =>
  clock.sleep(ROOM_PAUSE_MS * 2 ** waits)

export const NO_ROOM = 'DynamoDB has no room for it at the moment: try again later'

/** @throws ConfigurationError if `limit` is given and no number of items */
export function checkLimit(limit: number | undefined): void {
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0))
    throw new ConfigurationError('limit', `${clipValue(limit)} is not a whole number from 0 on`)
}
