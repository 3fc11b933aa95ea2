/** What a job says of where it counts. The rules are in `counted.ts`. */

/** The numbers of the parts in which it counts: of its queue, of its partition. */
export interface CountedIn {
  readonly queue?: number
  readonly partition?: number
}

export type SizeScope = keyof CountedIn
