/** A partition that is spread over shards: they share one limit. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { type World, worldOf } from '../world.ts'

const partition = { payload: 'customer' }
const configOf = (concurrency: number) =>
  defineConfig({ queues: { crm: { partition, concurrency, shards: 2, retry: { attempts: 2, backoff: 0 } } } })
const job = (id: string, pk: string) => ({ id, queue: 'crm', partition: 'acme', pk })

export const SHARDS: readonly World[] = [
  worldOf({
    name: 'two shards, a limit of two',
    about: 'each shard goes by what it has borrowed',
    config: configOf(2),
    puts: [[job('a', 'crm|acme|0')], [job('b', 'crm|acme|1')]],
  }),
  worldOf({
    name: 'two shards, a limit of two, a crash',
    about: 'what a shard has borrowed is free again when its worker has died',
    config: configOf(2),
    puts: [[job('a', 'crm|acme|0')], [job('b', 'crm|acme|1')]],
    faults: { crash: 1 },
  }),
  worldOf({
    name: 'two shards, a limit of three',
    about: 'one has borrowed more than the other, and each has more to do than that',
    config: configOf(3),
    standing: [
      job('a', 'crm|acme|0'),
      job('b', 'crm|acme|0'),
      job('c', 'crm|acme|1'),
      job('d', 'crm|acme|1'),
    ],
    dispatchers: 1,
  }),
  worldOf({
    name: 'put beside the shards',
    about: 'a job that somebody put to the plain shard runs where it lies',
    config: configOf(2),
    puts: [[job('a', 'crm|acme')], [job('b', 'crm|acme|1')]],
    faults: { crash: 1 },
  }),
]
