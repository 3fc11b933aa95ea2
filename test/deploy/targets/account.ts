/** A real account, by the credentials that the SDK finds. Its functions reach the service of the tests from outside. */
import { once } from 'node:events'
import type { Server } from 'node:net'
import type { AccountChoice } from './choice.ts'
import { cleanUp } from './clean-up.ts'
import type { ClientOptions, Kept, Target } from './target.ts'

/** How people say who they are. */
const OF_CREDENTIALS = /^(AWS_|HOME$|USERPROFILE$|SSL_CERT|HTTPS?_PROXY$|NO_PROXY$)/i

export class Account implements Target {
  readonly account: string
  readonly region: string
  readonly environment: Readonly<Record<string, string>>
  readonly clientOptions: ClientOptions
  readonly #choice: AccountChoice

  constructor(choice: AccountChoice) {
    const { account, region } = choice
    this.#choice = choice
    this.account = account
    this.region = region
    this.clientOptions = { region }
    const own = Object.entries(process.env).filter(([name]) => OF_CREDENTIALS.test(name))
    this.environment = {
      ...(Object.fromEntries(own) as Record<string, string>),
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      CDK_DEFAULT_ACCOUNT: account,
      CDK_DEFAULT_REGION: region,
    }
  }

  async serve(server: Server): Promise<string> {
    server.listen(this.#choice.servicePort)
    await once(server, 'listening')
    return this.#choice.serviceUrl
  }

  /** They are in CloudTrail; what is refused here shows as jobs that do not run. */
  refusals = async (): Promise<readonly string[]> => []

  adapt = async (): Promise<void> => undefined

  cleanUp = (kept: Kept): Promise<void> => cleanUp(this.clientOptions, kept)

  stop = async (): Promise<void> => undefined
}
