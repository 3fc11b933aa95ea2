/**
 * In how many partitions schedules may lie, as one item says: ticks ask all of them, so that a schedule which somebody with another
 * configuration has put is fired too. Whoever puts one into a partition beyond says so first. It is lowered in two steps (see
 * `lower-partitions.ts`), and between these whoever puts one there takes the first step back.
 */
import type { Config } from '../../core/queue/config.ts'
import type { EnabledPartitions } from '../../core/schedule/enabled.ts'
import type { PartitionsNote } from '../../ports/store.ts'
import type { Context } from '../context.ts'

type Noting = Pick<Context, 'config' | 'store'>

/** When it returns, ticks ask the partition, and go on to for longer than any call lives. */
export async function raisePartitions(context: Noting, partition: number): Promise<PartitionsNote> {
  return noted(context, (note) => {
    if (note && partition < (note.lowering?.to ?? note.upTo)) return note
    const { lowering: _, upTo = 0, ...rest } = note ?? {}
    return { ...rest, upTo: Math.max(upToFor(context.config, partition), upTo) }
  })
}

/**
 * The note as a tick goes by it. One that somebody has damaged is told, and written anew: as if schedules might lie in any partition,
 * until sweeps have found those above empty.
 */
export async function soundPartitions(
  context: Noting & Pick<Context, 'events'>,
): Promise<PartitionsNote | undefined> {
  const note = await context.store.schedules.partitions()
  if (note?.damage === undefined) return note
  context.events.emit({ kind: 'partitions damaged', problem: note.damage })
  // If it cannot be written, what lies there is fired all the same, and the next tick tells and tries again.
  return noted(context, (found) => (found && found.damage === undefined ? found : { ...note })).catch(
    () => note,
  )
}

/** Only these partitions are fired from now on, by all functions; `undefined`: those of their configuration. */
export async function enablePartitions(
  context: Noting,
  partitions: EnabledPartitions | undefined,
): Promise<void> {
  await noted(context, (note) => {
    const { enabled: _, ...rest } = note ?? { upTo: context.config.schedules.partitions }
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
    const { damage: _, ...said } = wanted
    const after = { ...said, version: (before?.version ?? 0) + 1 }
    if ((await store.schedules.savePartitions(after, before ?? 'absent')) === 'put') return after
  }
}
