/** The observer's own reading of keys, by the documentation (lib/core/keys.ts) and not by its code. */
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

export interface Place {
  readonly priority: number
  readonly runAt: number
  readonly id: string
}

export function readPlace(sk: string): Place {
  const [priority, time = '', ...id] = sk.split('#')
  return { priority: Number(priority), runAt: new Date(time).getTime(), id: id.join('#') }
}
