/** What a plain shard keeps for its next job, of what it has not lent: a start of the rate, or a slot, too. */
export const KEPT_FOR_NEXT = ['start', 'slot and start'] as const
export type KeptForNext = (typeof KEPT_FOR_NEXT)[number]
