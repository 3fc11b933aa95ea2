/** Which target was chosen on the command line; the tests are other processes, and find it in their environment. */
import * as z from 'zod'
import { describeIssues } from '../../../lib/core/text/issues.ts'

const VARIABLE = 'SLUICE_DEPLOY_TARGET'

const choiceSchema = z.discriminatedUnion('kind', [
  /** The tests install and start it. */
  z.strictObject({ kind: z.literal('ministack') }),
  /** An emulator that runs already. */
  z.strictObject({
    kind: z.literal('endpoint'),
    url: z.url({ protocol: /^https?$/ }),
    /** A file with the certificate of whoever has signed the endpoint's own. */
    ca: z.string().optional(),
    region: z.string(),
  }),
  /** A real account, by the usual credentials. */
  z.strictObject({
    kind: z.literal('account'),
    account: z.string().regex(/^\d{12}$/, 'the number of an account has twelve digits'),
    region: z.string(),
    /** By which functions in the account reach the port. */
    serviceUrl: z.url({ protocol: /^https?$/ }),
    /** On which the tests listen on this machine. */
    servicePort: z.int().min(1).max(65_535),
    /** Whether the stacks of a test that has failed stay, to be looked at. */
    keep: z.boolean(),
  }),
])

export type Choice = z.output<typeof choiceSchema>
export type EndpointChoice = Extract<Choice, { kind: 'endpoint' }>
export type AccountChoice = Extract<Choice, { kind: 'account' }>

/** @throws Error that says what makes no sense */
export function parseChoice(choice: z.input<typeof choiceSchema>): Choice {
  const parsed = choiceSchema.safeParse(choice)
  if (!parsed.success) throw new Error(describeIssues(parsed.error))
  return parsed.data
}

export const variablesOf = (choice: Choice): Record<string, string> => ({
  [VARIABLE]: JSON.stringify(choice),
})

export const choiceOf = (environment: Readonly<Record<string, string | undefined>>): Choice =>
  choiceSchema.parse(JSON.parse(environment[VARIABLE] ?? '{"kind":"ministack"}'))
