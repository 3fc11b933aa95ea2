/** Dispatchers and workers of one shard, with a limit of one or two, where nothing fails. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { type World, worldOf } from '../world.ts'

const one = defineConfig({ queues: { crm: { concurrency: 1 } } })
const two = defineConfig({ queues: { crm: { concurrency: 2 } } })
const job = (id: string) => ({ id, queue: 'crm' })
/** Too short for a second job: each goes by message. */
const ONE_JOB_MS = 62_000

export const CLAIMS: readonly World[] = [
  // The largest comes first, and the others beside it.
  worldOf({
    name: 'two slots, three jobs',
    about: 'two workers end while a third job waits: one of them hands its slot on',
    config: two,
    standing: [job('a'), job('b'), job('c')],
    dispatchers: 1,
  }),
  worldOf({
    name: 'one slot, two jobs',
    about: 'two dispatchers race for one slot, and a worker hands it on',
    config: one,
    puts: [[job('a')], [job('b')]],
  }),
  worldOf({
    name: 'one slot, three jobs',
    about: 'a job arrives while a worker takes the last one that it has seen',
    config: one,
    standing: [job('a'), job('b')],
    puts: [[job('c')]],
    dispatchers: 1,
  }),
  worldOf({
    name: 'two slots, two jobs',
    about: 'two workers of one shard that start and end side by side',
    config: two,
    puts: [[job('a')], [job('b')]],
  }),
  worldOf({
    name: 'by message',
    about: 'who frees a slot sends the next job to another worker',
    config: one,
    puts: [[job('a')], [job('b')]],
    worker_ms: ONE_JOB_MS,
  }),
  worldOf({
    name: 'by message, a stray wake-up',
    about: 'a pass that nobody needs comes at any time',
    config: one,
    puts: [[job('a')], [job('b')]],
    worker_ms: ONE_JOB_MS,
    dispatchers: 1,
    faults: { strayWake: 1 },
  }),
  worldOf({
    name: 'by message, a copy',
    about: 'a message comes twice',
    config: one,
    puts: [[job('a')], [job('b')]],
    worker_ms: ONE_JOB_MS,
    dispatchers: 1,
    faults: { copied: 1 },
  }),
]
