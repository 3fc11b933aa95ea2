/** A real account, by the credentials that the SDK finds. Its functions reach the service of the tests from outside. */
import { once } from 'node:events'
import type { Server } from 'node:net'
import type { AccountChoice } from './choice.ts'
import { removeStacks } from './clean-up.ts'
import type { ClientOptions, Target } from './target.ts'

/** How people say who they are, and by which way AWS is reached. */
const OF_CREDENTIALS = /^(AWS_|HOME$|USERPROFILE$|SSL_CERT|NODE_EXTRA_CA_CERTS$|HTTPS?_PROXY$|NO_PROXY$)/i

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

  /** On loopback, which is where a tunnel ends. */
  async serve(server: Server): Promise<string> {
    server.listen(this.#choice.servicePort, '127.0.0.1')
    await once(server, 'listening')
    return this.#choice.serviceUrl
  }

  async stop(): Promise<void> {
    if (!this.#choice.keep) await removeStacks(this.clientOptions)
  }
}
