/** What the world can do already and the product not yet: each constant goes when its mending has come. */

/** How often the stream gives up on a record. The sweep finds the job by the Jobs table, once it looks there. */
export const RECORDS_DROPPED: number = 0
/** Whether partitions may hold what SQS does not take as text: bodies have to escape it. */
export const TEXTS_SQS_REFUSES: boolean = false

/** Whether deploys bring and take queues and partition rules: the sweep has to find the jobs of a queue that comes back. */
export const QUEUES_COME_AND_GO: boolean = false
