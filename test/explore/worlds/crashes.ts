/** Invocations that die, replies that are lost, messages that come twice or never. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { type World, worldOf } from '../world.ts'

const retry = { attempts: 2, backoff: 0 }
const one = defineConfig({ queues: { crm: { concurrency: 1, retry } } })
const two = defineConfig({ queues: { crm: { concurrency: 2, retry } } })
const job = (id: string) => ({ id, queue: 'crm' })
const pair = [[job('a')], [job('b')]]

export const CRASHES: readonly World[] = [
  worldOf({
    name: 'a crash',
    about: 'dispatcher or worker dies at any await, and the job comes to its end all the same',
    config: one,
    puts: pair,
    faults: { crash: 1 },
  }),
  worldOf({
    name: 'two crashes of one job',
    about: 'the last attempt dies too, and is a dead letter',
    config: one,
    puts: [[job('a')]],
    faults: { crash: 2, strayWake: 1 },
  }),
  worldOf({
    name: 'a crash, and its requests arrive late',
    about: 'what a dead invocation has sent arrives at any time after',
    config: one,
    puts: pair,
    faults: { crash: 1, straggler: 1 },
  }),
  worldOf({
    name: 'a crash and a copy',
    about: 'a message comes again while its job recovers',
    config: one,
    puts: [[job('a')]],
    faults: { crash: 1, copied: 1 },
  }),
  worldOf({
    name: 'a lost reply',
    about: 'the write happened, and the caller sees an error',
    config: one,
    puts: pair,
    faults: { replyLost: 1 },
  }),
  worldOf({
    name: 'a request sent twice',
    about: 'the second one arrives when others have written',
    config: one,
    puts: pair,
    faults: { sentTwice: 1 },
  }),
  worldOf({
    name: 'a request refused',
    about: 'any one call fails without an effect',
    config: two,
    puts: pair,
    faults: { refused: 1 },
  }),
  worldOf({
    name: 'a copy and a failure',
    about: 'a message comes twice while the next attempt follows immediately',
    config: one,
    puts: [[job('a')]],
    faults: { copied: 1, handlerFails: 1 },
  }),
  worldOf({
    name: 'a failure',
    about: 'the next attempt of one job races for the slot with another job',
    config: one,
    puts: pair,
    faults: { handlerFails: 1 },
  }),
  worldOf({
    name: 'two failures of one job',
    about: 'the last attempt fails, and the job is a dead letter',
    config: one,
    puts: [[job('a')]],
    faults: { handlerFails: 2, crash: 1 },
  }),
  worldOf({
    name: 'a lost message',
    about: 'the sweep finds what a message, a wake-up or a record of the stream has left behind',
    config: one,
    puts: pair,
    faults: { lost: 1, strayWake: 1 },
  }),
  worldOf({
    name: 'an invocation cut off',
    about:
      'calls that take as long as it takes: deadlines pass, invocations end, their requests arrive after that',
    config: one,
    puts: [[job('a')]],
    ahead_ms: 4999,
    faults: { slow: 1, straggler: 1, strayWake: 1 },
  }),
]
