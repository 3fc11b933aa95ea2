/**
 * Ticks ask fewer partitions of schedules again when those above have been empty for long: after a deploy with a smaller number of
 * them, from which all schedules have moved. Whoever puts a schedule has read the note before, so it is lowered in two steps, with
 * more time in between than any call lives; and whoever puts one there in that time takes the first step back.
 */
import { forEachSideBySide } from '../../core/side-by-side.ts'
import { PARTITIONS_EMPTY_FOR_MS } from '../../core/times.ts'
import type { PartitionsNote } from '../../ports/store.ts'
import type { Context } from '../context.ts'

const SIDE_BY_SIDE = 16

/** If somebody else writes the note meanwhile, nothing is written: the next sweep looks again. */
export async function lowerPartitions({
  config,
  store,
  clock,
}: Pick<Context, 'config' | 'store' | 'clock'>): Promise<void> {
  const note = await store.schedules.partitions()
  const to = config.schedules.partitions
  // One that is damaged is for a tick to mend, which tells of it.
  if (!note || note.damage !== undefined || (note.upTo <= to && !note.lowering)) return
  const wanted = (await areEmpty(store, to, note.upTo)) ? stepDown(note, to, clock.now()) : stay(note)
  if (wanted) await store.schedules.savePartitions({ ...wanted, version: note.version + 1 }, note)
}

type Said = Omit<PartitionsNote, 'version'>

/** `undefined`: the first step was made, and the time for the second has not come. */
function stepDown({ lowering, ...note }: PartitionsNote, to: number, now: number): Said | undefined {
  if (lowering?.to !== to) return { ...note, lowering: { to, since: now } }
  return now - lowering.since < PARTITIONS_EMPTY_FOR_MS ? undefined : { ...note, upTo: to }
}

const stay = ({ lowering, ...note }: PartitionsNote): Said | undefined => (lowering ? note : undefined)

/** Those that do not fire stand in no index: who has one fire again gives it the partition that the configuration says. */
async function areEmpty({ schedules }: Context['store'], from: number, upTo: number): Promise<boolean> {
  const partitions = Array.from({ length: Math.max(0, upTo - from) }, (_, n) => from + n)
  let areEmpty = true
  await forEachSideBySide(partitions, SIDE_BY_SIDE, async (partition) => {
    if (!areEmpty) return
    const page = await schedules.due({ partition, until: Number.MAX_SAFE_INTEGER, limit: 1 })
    if (page.schedules.length > 0) areEmpty = false
  })
  return areEmpty
}
