/** An emulator that somebody else has started: AWS's own, or any that takes every service at one address. */
import type { Server } from 'node:net'
import { onLoopback } from '../../support/loopback.ts'
import type { EndpointChoice } from './choice.ts'
import { removeStacks } from './clean-up.ts'
import type { ClientOptions, Target } from './target.ts'

/** What emulators take for an account and for its keys, unless told otherwise. */
const ACCOUNT = '000000000000'
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const

export class Endpoint implements Target {
  readonly account = process.env['CDK_DEFAULT_ACCOUNT'] ?? ACCOUNT
  readonly region: string
  readonly environment: Readonly<Record<string, string>>
  readonly clientOptions: ClientOptions

  constructor({ url, ca, region }: EndpointChoice) {
    const credentials = {
      accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? CREDENTIALS.accessKeyId,
      secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? CREDENTIALS.secretAccessKey,
    }
    this.region = region
    this.clientOptions = { region, endpoint: url, credentials }
    this.environment = {
      AWS_ENDPOINT_URL: url,
      ...(ca === undefined ? {} : { AWS_CA_BUNDLE: ca, NODE_EXTRA_CA_CERTS: ca }),
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      CDK_DEFAULT_ACCOUNT: this.account,
      CDK_DEFAULT_REGION: region,
    }
  }

  serve = (server: Server): Promise<string> => onLoopback(server)

  /** It is not ours to stop. */
  async stop(): Promise<void> {
    await removeStacks(this.clientOptions)
  }
}
