/** What holds the jobs of a shard, in a line for people. */
import type { Reason } from './reason.ts'
import { reasonText } from './reason-text.ts'
import type { Counted, ShardWhy, Trouble } from './why.ts'

export const troubleText = ({ kind, problem }: Trouble): string => `${kind}: ${problem}`

export const countText = ({ count, atLeast }: Counted): string =>
  `${atLeast ? 'at least ' : ''}${jobs(count)}`

const jobs = (count: number): string => `${count} ${count === 1 ? 'job' : 'jobs'}`

export function shardText(shard: ShardWhy, at: number): string {
  if (shard.holds.length > 0) return holdsText(shard, at)
  if (shard.startable > 0) return `nothing holds ${jobs(shard.startable)}: the next pass claims what it can`
  return `nothing waits, ${shard.inFlight} in flight`
}

export const holdsText = ({ holds }: { readonly holds: readonly Reason[] }, at: number): string =>
  holds.length === 0
    ? 'nothing holds it, the next pass looks at it'
    : holds.map((reason) => reasonText(reason, at)).join(' · ')
