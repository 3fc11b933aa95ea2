/** How many jobs of a queue, or of one of its partitions, there may be, set at run time. */
import { SluiceError } from '../../core/errors.ts'
import type { MaxSet } from '../../core/limits/max-size.ts'
import type { Context } from '../context.ts'
import { MAX_WAITS, NO_ROOM, waitForRoom } from './operator-call.ts'

type Needed = Pick<Context, 'store' | 'clock'>

/**
 * When it returns, no job is put beyond the new maximum, not even by one that had found room before. The jobs that are there stay.
 * @param pk of the number
 * @throws SluiceError if so many jobs are put and ended meanwhile that there is no getting at the number; nothing was written
 */
export async function setMaxSize({ store, clock }: Needed, pk: string, set: MaxSet): Promise<void> {
  for (let waits = 0; waits < MAX_WAITS; waits++) {
    if ((await store.history.setMaxSize(pk, set)) === 'set') return
    await waitForRoom(clock, waits)
  }
  throw new SluiceError(`the maximum was not set, for jobs are put and end all the time: ${NO_ROOM}`)
}
