/** The bucket on fauxqs, or on another S3 with `S3_ENDPOINT`. */

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { type FauxqsServer, startFauxqs } from 'fauxqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { s3Payloads } from '../../lib/adapters/s3/payloads.ts'
import { payloadKeyFor } from '../../lib/core/job/payload-key.ts'
import { payloadsIn } from '../../lib/lambda/payloads.ts'
import { givenEndpoint } from '../../local/engines/given.ts'
import { onLoopback } from '../support/loopback.ts'
import { describePayloads } from './payloads.ts'

const bucket = `payloads-${randomUUID()}`
let server: FauxqsServer | undefined
let client: S3Client
beforeAll(async () => {
  const given = givenEndpoint('S3')
  if (given === undefined) server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  client = new S3Client({
    endpoint: given ?? `http://127.0.0.1:${server?.port}`,
    region: 'us-east-1',
    credentials,
    forcePathStyle: true,
  })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
})
afterAll(async () => {
  client.destroy()
  await server?.stop()
})

describePayloads('payloads on S3', () => s3Payloads(client, bucket))
describePayloads('payloads on S3, whose client is loaded when it is needed', () =>
  payloadsIn({ bucket, client }),
)

test('a bucket that does not answer is given up', async () => {
  const silent = createServer()
  const endpoint = await onLoopback(silent)
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const deaf = new S3Client({ endpoint, region: 'us-east-1', credentials })
  const key = payloadKeyFor('1', 0)
  if (!key) throw new Error('no key')
  await expect(s3Payloads(deaf, bucket).get(key, 50)).rejects.toThrow(/abort/i)
  deaf.destroy()
  silent.close()
})

test('a bucket that is not there is no missing payload', async () => {
  const key = payloadKeyFor('1', 0)
  if (!key) throw new Error('no key')
  await expect(s3Payloads(client, `no-${bucket}`).get(key)).rejects.toThrow()
})
