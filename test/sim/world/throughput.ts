/**
 * What one partition key takes: 1,000 write units and 3,000 read units a second. Who asks for more is throttled, by
 * DynamoDB's own measure of sizes: a unit is a KB written or 4 KB read consistently, a transaction's is two.
 */
import type { Scheduler } from './scheduler.ts'

export interface Use {
  readonly table: 'jobs' | 'states' | 'history' | 'schedules'
  readonly pk: string
  readonly how: 'read' | 'write'
}

const UNITS_A_SECOND = { read: 3000, write: 1000 } as const
const UNIT_BYTES = { read: 4096, write: 1024 } as const

interface Bucket {
  units: number
  at: number
}

export class Throughput {
  readonly #scheduler: Scheduler
  readonly #buckets = new Map<string, Bucket>()

  readonly #share: number

  /** @param share of the units, for keys that share their DynamoDB partition with neighbours */
  constructor(scheduler: Scheduler, share = 1) {
    this.#scheduler = scheduler
    this.#share = share
  }

  /** Whether any of the keys has used up its units. */
  isHot(uses: readonly Use[]): boolean {
    return uses.some((use) => this.#bucketOf(use).units <= 0)
  }

  /** Known only when the call has been carried out: a bucket may run into debt. */
  take(use: Use, bytes: number, factor = 1): void {
    this.#bucketOf(use).units -= factor * Math.max(1, Math.ceil(bytes / UNIT_BYTES[use.how]))
  }

  #bucketOf({ table, pk, how }: Use): Bucket {
    const name = `${how} ${table} ${pk}`
    const { now } = this.#scheduler
    const most = UNITS_A_SECOND[how] * this.#share
    const bucket = this.#buckets.get(name) ?? { units: most, at: now }
    bucket.units = Math.min(most, bucket.units + (most * (now - bucket.at)) / 1000)
    bucket.at = now
    this.#buckets.set(name, bucket)
    return bucket
  }
}

/** How large an item is, roughly as DynamoDB finds it. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  if (value instanceof Uint8Array) return value.byteLength
  const parts = value instanceof Set ? [...value] : Object.entries(value).flat()
  return 3 + parts.reduce<number>((sum, part) => sum + 1 + bytesOf(part), 0)
}
