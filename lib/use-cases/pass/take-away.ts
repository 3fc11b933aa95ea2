/** A pass takes jobs away that must not start here, in groups that are one transaction each, and goes on with the others. */
import { itemBytes } from '../../core/job/item-size.ts'
import type { Job } from '../../core/job/job.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Found } from './found-jobs.ts'

/** What DynamoDB takes in one transaction: 100 parts of 4 MB in all. */
interface Bounds {
  readonly jobs: number
  readonly bytes: number
  /** It has a transaction of its own. Default: no job has. */
  readonly isAlone?: (job: Job) => boolean
}

interface TakingAway {
  readonly isUnwanted: (job: Job) => boolean
  readonly bounds: Bounds
  /** Returns the state as it is then; `'stale'` if something has changed meanwhile. */
  readonly take: (state: ShardState, group: readonly Job[]) => Promise<ShardState | 'stale'>
}

/**
 * The jobs that are left; `'stale'` if the others could not be taken away.
 * @param jobs none of which is in flight: those were not judged
 */
export async function takeAway(
  found: Found,
  jobs: readonly Job[],
  { isUnwanted, bounds, take }: TakingAway,
): Promise<Job[] | 'stale'> {
  const unwanted = jobs.filter(isUnwanted)
  for (const group of grouped(unwanted, bounds)) {
    const state = await take(found.state, group)
    if (state === 'stale') return 'stale'
    found.ended(state)
  }
  const gone = new Set(unwanted)
  return jobs.filter((job) => !gone.has(job))
}

function grouped(
  jobs: readonly Job[],
  { jobs: most, bytes: mostBytes, isAlone = () => false }: Bounds,
): Job[][] {
  const groups: Job[][] = []
  let bytes = 0
  for (const job of jobs) {
    const size = itemBytes(job.item)
    const last = groups.at(-1)
    const [first] = last ?? []
    const isApart = isAlone(job) || (first !== undefined && isAlone(first))
    const fits = last && !isApart && last.length < most && bytes + size <= mostBytes
    if (fits) last.push(job)
    else groups.push([job])
    bytes = fits ? bytes + size : size
  }
  return groups
}

/** The state as a write has left it that counts as a pass. An item that this write has made may expire. */
export function afterTaking(state: ShardState, expiresAt: number | undefined): ShardState {
  const isMade = state.version === undefined && expiresAt !== undefined
  return { ...state, ...(isMade ? { expiresAt } : {}), version: (state.version ?? 0) + 1 }
}
