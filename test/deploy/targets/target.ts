/** Where the tests deploy to: an emulator that they start themselves, one that runs already, or an account. */
import type { Agent } from 'node:https'
import type { Server } from 'node:net'
import { type Choice, choiceOf } from './choice.ts'

export interface Target {
  readonly account: string
  readonly region: string
  /** What a command of AWS needs to talk to it and to nobody else. */
  readonly environment: Readonly<Record<string, string>>
  /** The same for a client of the SDK. */
  readonly clientOptions: ClientOptions
  /** Has the server listen, and returns the URL by which deployed functions reach it. */
  serve(server: Server): Promise<string>
  /** What IAM has refused, where the target tells. */
  readonly refusals?: () => Promise<readonly string[]>
  /** After the last step: a test that has failed leaves no stack of the tests. */
  stop(): Promise<void>
}

/** For any client of the SDK. What is absent the SDK finds as it always does. */
export interface ClientOptions {
  readonly region: string
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** For an endpoint whose certificate Node does not know. */
  readonly requestHandler?: { readonly httpsAgent: Agent }
}

/** A target that can be had, or what is missing, in words that go into a test report. */
export type Found =
  | { readonly ok: true; start(directory: string): Promise<Target> }
  | { readonly ok: false; readonly missing: string }

export const findTarget = (): Promise<Found> => find(choiceOf(process.env))

/** Loaded only if it is wanted, for each brings what it needs. */
async function find(choice: Choice): Promise<Found> {
  switch (choice.kind) {
    case 'ministack':
      return (await import('./ministack/find.ts')).findMinistack()
    case 'endpoint': {
      const { Endpoint } = await import('./endpoint.ts')
      return { ok: true, start: async () => new Endpoint(choice) }
    }
    case 'account': {
      const { Account } = await import('./account.ts')
      return { ok: true, start: async () => new Account(choice) }
    }
  }
}
