/** The observer's own reading of keys, by the documentation (lib/core/keys.ts) and not by its code. */
import type { ShardKey } from '../../../lib/core/keys.ts'

export interface ShardName {
  readonly queue: string
  /** `queue|partition`: what shares one limit. */
  readonly partition: string
  readonly index: number | undefined
}

export function readShard(pk: string): ShardName {
  const [queue = '', partition = '', index] = pk.split('|')
  return { queue, partition: `${queue}|${partition}`, index: index === undefined ? undefined : Number(index) }
}

/** The shard whose item has the limits of this one's partition. */
export function ownerOf(pk: string): ShardKey {
  const [queue = '', partition = ''] = pk.split('|')
  return (partition === '' ? queue : `${queue}|${partition}`) as ShardKey
}

export interface Place {
  readonly priority: number
  readonly runAt: number
  readonly id: string
}

export function readPlace(sk: string): Place {
  const [priority, time = '', ...id] = sk.split('#')
  return { priority: Number(priority), runAt: new Date(time).getTime(), id: id.join('#') }
}
