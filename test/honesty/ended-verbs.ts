/** The verbs of what is remembered of jobs that have ended. */
import pRetry from 'p-retry'
import type { EndedKey, EndedRecord } from '../../lib/core/job/ended-job.ts'
import type { Store } from '../../lib/ports/store.ts'
import { allPages } from './all-pages.ts'

export type EndedOperation =
  | { readonly op: 'rememberEnded'; readonly record: EndedRecord; readonly since: number }
  | { readonly op: 'ended'; readonly key: EndedKey }
  | { readonly op: 'endedJobs'; readonly pk: string }

export function callEnded(store: Store, operation: EndedOperation): Promise<unknown> {
  switch (operation.op) {
    case 'rememberEnded':
      return remember(store, operation.record, operation.since)
    case 'ended':
      return store.history.ended(operation.key)
    case 'endedJobs':
      return everyEnded(store, operation.pk)
  }
}

/** It gives up after a second, and an engine on a busy machine may take longer: the same call again changes nothing more. */
const remember = ({ history }: Store, record: EndedRecord, since: number): Promise<void> =>
  pRetry(() => history.rememberEnded(record, since), {
    retries: 5,
    shouldRetry: ({ error }) => error.name === 'TimeoutError',
  })

/** The last id first, however many are on a page. */
async function everyEnded({ history }: Store, pk: string): Promise<EndedRecord[]> {
  const pages = await allPages(({ cursor }: { readonly cursor?: string }) => history.endedJobs(pk, cursor))
  return pages.flatMap(({ records }) => records)
}
