/**
 * In how many partitions schedules may lie, as one item says: ticks ask all of them, so that a schedule which somebody with another
 * configuration has put is fired too. Whoever puts one into a partition beyond says so first.
 */
import type { Config } from '../../core/queue/config.ts'
import type { PartitionsNote } from '../../ports/store.ts'
import type { Context } from '../context.ts'

type Noting = Pick<Context, 'config' | 'store'>

/** When it returns, ticks ask the partition. */
export async function raisePartitions(context: Noting, partition: number): Promise<PartitionsNote> {
  return noted(context, (note) => {
    const upTo = upToFor(context.config, partition)
    return note && partition < note.upTo ? note : { ...note, upTo: Math.max(upTo, note?.upTo ?? 0) }
  })
}

/** Only these partitions are fired from now on, by all functions; `undefined`: those of their configuration. */
export async function enablePartitions(
  context: Noting,
  partitions: readonly number[] | undefined,
): Promise<void> {
  const least = upToFor(context.config, Math.max(0, ...(partitions ?? [])))
  await noted(context, (note) => {
    const { enabled: _, ...rest } = { upTo: least, ...note }
    return { ...rest, ...(partitions ? { enabled: partitions } : {}) }
  })
}

const upToFor = ({ schedules }: Config, partition: number): number =>
  Math.max(schedules.partitions, partition + 1)

type Said = Omit<PartitionsNote, 'version'>

/** Writes the note as it is to be; nothing, if it is so already. Of two who write it simultaneously neither undoes the other's. */
async function noted(
  { store }: Noting,
  change: (note: PartitionsNote | undefined) => PartitionsNote | Said,
): Promise<PartitionsNote> {
  for (;;) {
    const before = await store.schedules.partitions()
    const wanted = change(before)
    if (before && wanted === before) return before
    const after = { ...wanted, version: (before?.version ?? 0) + 1 }
    if ((await store.schedules.savePartitions(after, before?.version ?? 'absent')) === 'put') return after
  }
}
