/**
 * Which jobs are in flight. A slot is held by one job, or by all jobs of a batch: the slot bears the id of the first, and
 * lists where the others stand. Whoever asks for slots counts the entries of the map; whoever asks for jobs asks here.
 */
import { type JobId, parseSortKey, type SortKey } from '../keys.ts'
import { type Slot, type Slots, slotEntries, sortKeyOf } from './state.ts'

type Entry = readonly [string, Slot]

/** Each job of a batch as if it had the slot by itself. */
export const jobsInFlight = (slots: readonly Entry[]): [JobId, Slot][] =>
  slots.flatMap(([id, slot]) => [[id as JobId, withoutOthers(slot)], ...othersOf(slot)])

/** Where the jobs of a slot stand, the first one first. */
export const keysOfSlot = (entry: Entry): SortKey[] => [sortKeyOf(entry), ...(entry[1].others ?? [])]

/** The slot of a job, by the job's id, as if it had it by itself. */
export function slotOfJob(slots: Slots, id: JobId): Slot | undefined {
  if (Object.hasOwn(slots, id)) return slots[id] && withoutOthers(slots[id])
  const ofBatch = slotEntries(slots).find(([, { others }]) => others?.some((key) => idIn(key) === id))
  return ofBatch && othersOf(ofBatch[1]).find(([other]) => other === id)?.[1]
}

/** The slot that holds the job which stands under this key, with the id that the slot bears. */
export const holderOfKey = (slots: Slots, key: string): [JobId, Slot] | undefined =>
  slotEntries(slots).find((entry) => (keysOfSlot(entry) as readonly string[]).includes(key))

export const isInFlight = (slots: Slots, key: string): boolean => holderOfKey(slots, key) !== undefined

/** A sort key that a slot lists is one: whoever reads the item sees to that. */
function positionIn(key: SortKey) {
  const position = parseSortKey(key)
  if (!position.ok) throw new Error(position.reason)
  return position.value
}

const idIn = (key: SortKey): JobId => positionIn(key).id

function withoutOthers(slot: Slot): Slot {
  const { others, ...alone } = slot
  return others ? (alone as Slot) : slot
}

/** The size that it says is that of the first job. */
function othersOf({ others = [], ...slot }: Slot): [JobId, Slot][] {
  const { size_kb: _, ...held } = slot
  return others.map((key) => {
    const { id, priority, runAt } = positionIn(key)
    return [id, { ...held, priority, runAt } as Slot]
  })
}
