/** How long AWS takes, each figure with its source. If only a range is published, what stands here is within it. */
import type { SimRandom } from '../../test/sim/world/random.ts'

export interface Latency {
  readonly p50_ms: number
  readonly p99_ms: number
  readonly source: string
}

export const LATENCIES = {
  /** From the call to its answer. */
  dynamodb: {
    p50_ms: 4,
    p99_ms: 9,
    source:
      'AWS: "single-digit milliseconds" for small items (repost.aws/knowledge-center/dynamodb-high-latency)',
  },
  /** From the call to its answer. */
  sqsSend: {
    p50_ms: 10,
    p99_ms: 50,
    source: 'AWS, SQS FAQ: "tens or low hundreds of milliseconds"; within a region the lower end of it',
  },
  /** From the message's sending to the first line of a warm function. */
  sqsToLambda: { p50_ms: 16, p99_ms: 105, source: 'measured in 2022: SQS to Lambda' },
  /** From the change of an item to the first line of a warm function. */
  streamToLambda: { p50_ms: 213, p99_ms: 552, source: 'measured in 2022: DynamoDB stream to Lambda' },
  /** What a new environment adds. */
  coldStart: {
    p50_ms: 119,
    p99_ms: 124,
    source: 'nodejs24.x, arm64, small zip: 114–124 ms (August 2026)',
  },
} as const satisfies Record<string, Latency>

/** Of the standard normal distribution. */
const Z99 = 2.326

/** In whole ms: a time that half of all are below, and 99 of a hundred below `p99_ms`: log-normal, as such times usually are. */
export const drawTime = (random: SimRandom, { p50_ms, p99_ms }: Omit<Latency, 'source'>): number =>
  Math.round(p50_ms * Math.exp((Math.log(p99_ms / p50_ms) / Z99) * normal(random)))

/** Box and Muller's way from two even draws to a normal one. */
const normal = (random: SimRandom): number =>
  Math.sqrt(-2 * Math.log(1 - random.number())) * Math.cos(2 * Math.PI * random.number())
