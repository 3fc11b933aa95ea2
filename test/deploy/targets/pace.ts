/** How patient the tests have to be: CloudFormation takes minutes where an emulator takes seconds. */
import { type Choice, choiceOf } from './choice.ts'

export interface Pace {
  /** A step of a test: at most two deploys or destroys, and what is waited for around them. */
  readonly step_ms: number
  /** Longer than any deploy takes. */
  readonly deploy_ms: number
  /** After the first deploy of a stack until all of it is at work. */
  readonly settles_ms: number
  /** Between two looks at a stack: calls of CloudFormation are few, and shared by all of an account. */
  readonly lookEvery_ms: number
}

const EMULATED: Pace = { step_ms: 600_000, deploy_ms: 60_000, settles_ms: 0, lookEvery_ms: 200 }

/** IAM takes seconds until a policy holds everywhere; a mapping, or a rule of a bus, up to a minute until it sees anything. */
const REAL: Pace = { step_ms: 2_700_000, deploy_ms: 600_000, settles_ms: 90_000, lookEvery_ms: 5000 }

export const paceOf = ({ kind }: Pick<Choice, 'kind'>): Pace => (kind === 'account' ? REAL : EMULATED)

export const pace: Pace = paceOf(choiceOf(process.env))
