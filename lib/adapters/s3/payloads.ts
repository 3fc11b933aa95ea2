/** The Payloads bucket on S3. Whoever imports this loads S3's client: `lib/lambda/payloads.ts` does so when it is needed. */
import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { MAX_PAYLOAD_BYTES } from '../../core/job/payload-key.ts'
import type { FoundPayload, Payloads } from '../../ports/payloads.ts'

export const newS3Client = (options: S3ClientConfig): S3Client => new S3Client(options)

export const s3Payloads = (client: S3Client, bucket: string): Payloads => ({
  put: async (key, text) => {
    const object = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' }
    await client.send(new PutObjectCommand(object))
  },
  get: (key, within_ms) => get(client, { Bucket: bucket, Key: key }, within_ms),
})

async function get(
  client: S3Client,
  object: GetObjectCommandInput,
  within_ms: number | undefined,
): Promise<FoundPayload> {
  const options = within_ms === undefined ? {} : { abortSignal: AbortSignal.timeout(within_ms) }
  try {
    return await read(await client.send(new GetObjectCommand(object), options))
  } catch (error) {
    if (error instanceof NoSuchKey) return { kind: 'missing' }
    throw error
  }
}

async function read({
  Body,
  ContentLength = 0,
  LastModified,
}: GetObjectCommandOutput): Promise<FoundPayload> {
  if (ContentLength <= MAX_PAYLOAD_BYTES)
    return {
      kind: 'found',
      text: (await Body?.transformToString()) ?? '',
      putAt: LastModified?.getTime() ?? 0,
    }
  // Unread, it would keep its connection.
  await Body?.transformToWebStream().cancel()
  return { kind: 'tooLarge', bytes: ContentLength }
}
