/** CloudFormation's requests to a custom resource, and the answers that it waits for. */
import pRetry from 'p-retry'
import * as z from 'zod'
import { DEPLOYMENT_ANSWER_MS } from '../../core/times.ts'

const requestSchema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  RequestId: z.string(),
  ResponseURL: z.url(),
  StackId: z.string(),
  LogicalResourceId: z.string(),
  ResourceProperties: z.record(z.string(), z.unknown()).default({}),
})

export type CustomResourceRequest = z.infer<typeof requestSchema>

export type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string }

/** `undefined` for events of another kind. */
export const parseRequest = (event: unknown): CustomResourceRequest | undefined =>
  requestSchema.safeParse(event).data

const LONGEST_REASON = 1000

/**
 * Tells CloudFormation the outcome, for which it otherwise waits until the resource's timeout.
 * @throws if it cannot be told
 */
export async function answer(request: CustomResourceRequest, outcome: Answer): Promise<void> {
  const body = {
    Status: outcome.ok ? 'SUCCESS' : 'FAILED',
    ...(outcome.ok ? {} : { Reason: outcome.reason.slice(0, LONGEST_REASON) }),
    // One that changes would make CloudFormation delete "the old resource".
    PhysicalResourceId: request.LogicalResourceId,
    StackId: request.StackId,
    RequestId: request.RequestId,
    LogicalResourceId: request.LogicalResourceId,
  }
  await pRetry(() => put(request.ResponseURL, JSON.stringify(body)), { retries: 4, minTimeout: 500 })
}

/** As bytes, for the signature of the URL allows no `content-type`, which `fetch` adds to text. */
async function put(url: string, body: string): Promise<void> {
  const response = await fetch(url, {
    method: 'PUT',
    body: new TextEncoder().encode(body),
    signal: AbortSignal.timeout(DEPLOYMENT_ANSWER_MS),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`CloudFormation refused the answer with status ${response.status}`)
}
