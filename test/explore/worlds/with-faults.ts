/** One world for each fault, and one without: beside a fault fewer other things happen, or there would be too many states. */
import { type World, worldOf } from '../world.ts'

type WorldInput = Parameters<typeof worldOf>[0]
export interface Faulty {
  readonly name: string
  readonly faults: NonNullable<WorldInput['faults']>
}

const UNHARMED: Faulty = { name: '', faults: {} }
const CRASH: Faulty = { name: ', a crash', faults: { crash: 1 } }
const LOST_REPLY: Faulty = { name: ', a lost reply', faults: { replyLost: 1 } }
const LOST_MESSAGE: Faulty = { name: ', a lost message', faults: { lost: 1 } }
const COPIES: Faulty = { name: ', a copy and a stray wake-up', faults: { copied: 1, strayWake: 1 } }
const SENT_TWICE: Faulty = { name: ', a request sent twice', faults: { sentTwice: 1 } }
const REFUSED: Faulty = { name: ', a request refused', faults: { refused: 1 } }
const FAILURE: Faulty = { name: ', a failure', faults: { handlerFails: 1 } }

/** For worlds whose like has been looked at with all faults. */
export const A_CRASH: readonly Faulty[] = [UNHARMED, CRASH]
export const ALL_BUT_COPIES: readonly Faulty[] = [UNHARMED, CRASH, LOST_REPLY, LOST_MESSAGE]
export const USUAL: readonly Faulty[] = [...ALL_BUT_COPIES, COPIES]
export const WITH_FAILURE: readonly Faulty[] = [...USUAL, FAILURE]
export const OF_REQUESTS: readonly Faulty[] = [
  UNHARMED,
  CRASH,
  LOST_REPLY,
  SENT_TWICE,
  REFUSED,
  LOST_MESSAGE,
  COPIES,
]

/** All that can happen in them would be millions of states. */
export const DEVIATIONS = 3
const DEVIATIONS_BESIDE_A_FAULT = 1

/** One invocation of each function. */
export const ALONE = { dispatchers: 1, workers: 1 }
/** Whatever fails is tried once more, immediately. */
export const RETRY_ONCE = { attempts: 2, backoff: 0 }

export const withFaults =
  (faults: readonly Faulty[], deviations = DEVIATIONS) =>
  (name: string, about: string, world: Omit<WorldInput, 'name' | 'about'>): World[] =>
    faults.map((fault) =>
      worldOf({
        ...world,
        name: `${name}${fault.name}`,
        about,
        faults: fault.faults,
        deviations: fault === UNHARMED ? deviations : DEVIATIONS_BESIDE_A_FAULT,
      }),
    )
