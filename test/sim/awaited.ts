/** What the world can do already and the product not yet: each constant goes when its mending has come. */

/** How often the stream gives up on a record. The sweep finds the job by the Jobs table, once it looks there. */
export const RECORDS_DROPPED: number = 0
