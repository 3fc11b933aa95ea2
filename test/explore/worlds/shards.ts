/** A partition that is spread over shards: they share one limit. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { type World, worldOf } from '../world.ts'

const partition = { payload: 'customer' }
const configOf = (concurrency: number) =>
  defineConfig({ queues: { crm: { partition, concurrency, shards: 2, retry: { attempts: 2, backoff: 0 } } } })
const job = (id: string, pk: string) => ({ id, queue: 'crm', partition: 'acme', pk })

const APART = [[job('a', 'crm|acme|0')], [job('b', 'crm|acme|1')]]

/** One dispatcher and one worker: with two of each there are millions of states without any fault. */
const CONTENDED = { standing: APART.flat(), dispatchers: 1, workers: 1 }

export const SHARDS: readonly World[] = [
  worldOf({
    name: 'two shards, a limit of two',
    about: 'each shard goes by what it has borrowed',
    config: configOf(2),
    puts: APART,
  }),
  worldOf({
    name: 'two shards, a limit of two, a crash',
    about: 'what a shard has borrowed is free again when its worker has died',
    config: configOf(2),
    puts: APART,
    faults: { crash: 1 },
  }),
  worldOf({
    name: 'two shards, one slot',
    about: 'one waits in the line, and gets the unit of the other with the invocation',
    config: configOf(1),
    ...CONTENDED,
  }),
  worldOf({
    name: 'two shards, one slot, a crash',
    about: 'whoever has borrowed, stood in the line, or been about to pass a unit on, may be dead',
    config: configOf(1),
    ...CONTENDED,
    faults: { crash: 1 },
  }),
  worldOf({
    name: 'two shards, one slot, a lost reply',
    about: 'the books were written, and the caller sees an error',
    config: configOf(1),
    ...CONTENDED,
    faults: { replyLost: 1 },
  }),
  worldOf({
    name: 'two shards, one slot, a request sent twice',
    about: 'a loan, a return or a place in the line arrives again when others have written',
    config: configOf(1),
    ...CONTENDED,
    faults: { sentTwice: 1 },
  }),
  worldOf({
    name: 'two shards, one slot, a request refused',
    about: 'any one read or write of the books fails',
    config: configOf(1),
    ...CONTENDED,
    faults: { refused: 1 },
  }),
  worldOf({
    name: 'two shards, one slot, a lost message',
    about: 'the shard that was served is never told',
    config: configOf(1),
    ...CONTENDED,
    faults: { lost: 1 },
  }),
  worldOf({
    name: 'two shards, one slot, a copy and a stray wake-up',
    about: 'a visit that nobody needs takes no unit and leaves no place',
    config: configOf(1),
    ...CONTENDED,
    faults: { copied: 1, strayWake: 1 },
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
