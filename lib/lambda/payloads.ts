/** The Payloads bucket, for whoever meets a large payload: nobody else loads S3's client. */
import type { S3Client } from '@aws-sdk/client-s3'
import type { Payloads } from '../ports/payloads.ts'
import { BRIEF, callOptions, type Patience } from './clients.ts'
import { readEnvironment } from './environment.ts'
import { once } from './once.ts'

export interface PayloadsOptions {
  /** Default: the environment's SLUICE_PAYLOADS_BUCKET. */
  readonly bucket?: string | undefined
  readonly client?: S3Client | undefined
  readonly patience?: Patience
}

/** Nothing is read or loaded before the first call; that throws `EnvironmentError` if nobody says which bucket. */
export function payloadsIn({ bucket, client, patience = BRIEF }: PayloadsOptions = {}): Payloads {
  const opened = once(async () => {
    const { newS3Client, s3Payloads } = await import('../adapters/s3/payloads.ts')
    return s3Payloads(client ?? newS3Client(callOptions(patience)), bucket ?? bucketInEnvironment())
  })
  return {
    put: async (key, text) => (await opened()).put(key, text),
    get: async (key, within_ms) => (await opened()).get(key, within_ms),
  }
}

const bucketInEnvironment = (): string => readEnvironment(['SLUICE_PAYLOADS_BUCKET']).SLUICE_PAYLOADS_BUCKET
