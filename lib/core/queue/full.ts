/** What a producer is told whose queue is full: where, how full, and what can be done. */
import { SluiceError } from '../errors.ts'
import type { MaxSet } from '../limits/max-size.ts'

interface Fullness {
  readonly size: number
  readonly max: number
  /** Who has set this maximum at run time, and why. */
  readonly set?: MaxSet
}

/**
 * As many jobs are there as `maxQueueSize` allows, put and not yet ended. The job was not put. `queue` and `partition` say
 * where, `size` how many there are.
 */
export class QueueFullError extends SluiceError {
  override readonly name = 'QueueFullError'
  readonly queue: string
  /** Absent if the whole queue is full. */
  readonly partition?: string
  readonly size: number
  readonly maxQueueSize: number
  constructor(place: { readonly queue: string; readonly partition?: string }, { size, max, set }: Fullness) {
    const { queue, partition } = place
    const where =
      partition === undefined ? `queue "${queue}"` : `partition "${partition}" of queue "${queue}"`
    const path = `queues.${queue}.maxQueueSize.${partition === undefined ? 'queue' : 'partition'}`
    const raise = set ? 'raise what is set by setMaxQueueSize' : `raise ${path}`
    super(
      `${where} is full, ${size} of ${max} jobs are there${setText(set)}: enqueue it again when some have ended, drop it, or ${raise}`,
    )
    this.queue = queue
    if (partition !== undefined) this.partition = partition
    this.size = size
    this.maxQueueSize = max
  }
}

function setText(set: MaxSet | undefined): string {
  if (!set) return ''
  const { by = 'somebody', reason } = set
  return `, as ${by} has set it${reason === undefined ? '' : ` (${reason})`}`
}
