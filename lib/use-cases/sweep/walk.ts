/** One part of a table, gone through page by page from where the last sweep stopped. */

import { SWEEP_RESERVE_MS } from '../../core/times.ts'
import type { SweepContext, Tally } from './tally.ts'

export interface Walk {
  /** Its place is kept under this name. */
  readonly name: string
  /** How many pages it may read in one sweep. */
  readonly pages: number
  /** Reads a page and does what it calls for. Returns the cursor of the next one. */
  readonly readPage: (cursor: string | undefined) => Promise<string | undefined>
}

/**
 * An error ends this part only, and the next sweep goes on at the page that failed.
 * @returns where that is; `undefined` if it begins again
 */
export async function walkOn(
  context: SweepContext,
  tally: Tally,
  walk: Walk & { readonly from: string | undefined },
  remaining_ms: () => number,
): Promise<string | undefined> {
  let cursor = walk.from
  try {
    for (let pages = 0; pages < walk.pages && remaining_ms() > SWEEP_RESERVE_MS; pages++) {
      cursor = await walk.readPage(cursor)
      tally.pages++
      if (cursor !== undefined) continue
      tally.ended.add(walk.name)
      break
    }
  } catch (error) {
    fail(context, tally, walk, error)
  }
  if (cursor !== walk.from) await keepPlace(context, tally, walk, cursor)
  return cursor
}

async function keepPlace(
  context: SweepContext,
  tally: Tally,
  walk: Walk,
  cursor: string | undefined,
): Promise<void> {
  try {
    await context.store.states.saveSweepCursor(walk.name, cursor)
  } catch (error) {
    fail(context, tally, walk, error)
  }
}

export function fail(
  { events }: Pick<SweepContext, 'events'>,
  tally: Pick<Tally, 'failed'>,
  { name }: Pick<Walk, 'name'>,
  error: unknown,
): void {
  tally.failed.add(name)
  events.emit({ kind: 'sweep of a part failed', part: name, error })
}
