/** What the services around the product do by themselves: how long each thing takes, and how much of it they grant. */
import type { FunctionName } from './invocation.ts'
import type { SimRandom } from './random.ts'

export interface Surroundings {
  /** For one world: how long a call's request, or its reply, is on its way. */
  legs(random: SimRandom): (op: string) => number
  /** From an invocation to the first line of its code. */
  start_ms(random: SimRandom, fn: FunctionName): number
  /** From a message's sending, or the end of its delay, until it can be received. */
  message_ms(random: SimRandom): number
  /** From then, or from the last batch, until a batch is received. */
  receive_ms(random: SimRandom): number
  /** Which of the messages that can be received comes next. */
  next(random: SimRandom, messages: number): number
  /** From a change of an item until its record can be read. */
  record_ms(random: SimRandom, lane: number, now: number): number
  /** From then, or from the last batch, until a batch is read. */
  read_ms(random: SimRandom): number
  /** How many batches of the stream are handled side by side. */
  readonly streamLanes: number
  /** How many batches of wake-ups are handled side by side. Default: any number. */
  readonly wakeConcurrency?: number
  /** How often the SDK sends a call again that DynamoDB has throttled. */
  readonly retries: number
  /** Whether a key takes only so many units a second. */
  readonly throttlesKeys: boolean
}

const COLD_START_MS = 1500

/** Those of the simulation: no order, and a network that is faster or slower from world to world. */
export const drawnSurroundings = (throttlesKeys: boolean): Surroundings => ({
  legs: (random) => {
    const usual_ms = random.pick([2, 8, 30, 120])
    return () => random.int(1, usual_ms)
  },
  start_ms: (random) => (random.chance(0.1) ? random.int(100, COLD_START_MS) : random.int(1, 10)),
  message_ms: (random) => random.int(1, 50),
  receive_ms: (random) => random.int(0, 20),
  next: (random, messages) => random.int(0, messages - 1),
  record_ms: () => 0,
  read_ms: (random) => random.int(20, 300),
  streamLanes: 10,
  retries: 3,
  throttlesKeys,
})
