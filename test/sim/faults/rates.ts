/** The faults of a world, each with a rate drawn per run: mostly off or rare, sometimes a storm. */
import type { Weather } from '../workloads/plan.ts'
import type { SimRandom } from '../world/random.ts'

const MOST = {
  /** Refused before the effect. */
  throttled: 0.15,
  /** Refused because a transaction touches the item. */
  transactionConflict: 0.15,
  /** The effect happened; the caller gets an error. */
  replyLost: 0.1,
  /** The effect happened, the reply got lost, and the SDK sent the request again by itself. */
  sentTwice: 0.25,
  /** A call takes up to 20 s. */
  slowCall: 0.05,
  /** The function dies before its request leaves, or instead of taking the reply. */
  crashBefore: 0.03,
  crashAfter: 0.03,
  unprocessed: 0.3,
  messageDuplicated: 0.2,
  /** A message arrives a second or two late. */
  messageSlow: 0.2,
  /** A message arrives minutes late. */
  messageDelayed: 0.1,
  /** A message is handled, but comes again. */
  deletionLost: 0.1,
  streamDelayed: 0.1,
  streamDuplicated: 0.2,
  /** A record that has long been handled comes again, with the image that it had. */
  streamReplayed: 0.1,
  /** The stream gives up on a record, as it does after many tries. */
  recordDropped: 0.05,
  tickMissed: 0.5,
  tickLate: 0.3,
  tickDoubled: 0.3,
  staleRead: 0.5,
  deliveryFailed: 0.05,
} as const

export type FaultName = keyof typeof MOST
export const FAULTS = Object.keys(MOST) as FaultName[]

/** After these nobody waits for a timeout: what they cost is seconds. */
const KIND: readonly FaultName[] = [
  'sentTwice',
  'unprocessed',
  'messageDuplicated',
  'messageSlow',
  'deletionLost',
  'streamDuplicated',
  'streamReplayed',
  'tickDoubled',
  'tickLate',
  'tickMissed',
  'staleRead',
]
/** After these a message comes again when its visibility timeout is over, but nobody has died and nothing is lost. */
const REFUSING: readonly FaultName[] = [...KIND, 'throttled', 'transactionConflict', 'replyLost']

const FAULTS_IN: Readonly<Record<Weather, readonly FaultName[]>> = {
  calm: [],
  kind: KIND,
  refusing: REFUSING,
  rough: FAULTS,
}

export class Faults {
  /** Faults stop at some time, and then everything has to finish. */
  on = true
  readonly counts = new Map<FaultName, number>()
  readonly #random: SimRandom
  readonly #rates = new Map<FaultName, number>()

  constructor(random: SimRandom, weather: Weather) {
    this.#random = random
    const storm = random.chance(0.15)
    for (const name of FAULTS_IN[weather]) {
      const rate = random.chance(0.5) ? MOST[name] * random.number() ** 2 : 0
      this.#rates.set(name, storm ? MOST[name] * random.number() : rate)
    }
  }

  /** Whether the fault happens now. */
  strikes(name: FaultName): boolean {
    if (!this.on || !this.#random.chance(this.#rates.get(name) ?? 0)) return false
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    return true
  }
}

/** What a simulated service throws; everything else that is thrown in a run is a mistake of the product. */
export class SimulatedFault extends Error {
  override readonly name = 'SimulatedFault'
}
