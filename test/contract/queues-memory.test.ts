import { memoryQueues } from '../../lib/adapters/memory/queues.ts'
import { describeQueues } from './queues.ts'

const { work, wake, sent } = memoryQueues()

describeQueues('the queues in memory', () => ({
  work,
  wake,
  receiveWork: async () => sent.work.splice(0).map((message) => JSON.stringify(message)),
  // The delay stays what was asked for; whoever delivers rounds it down.
  sentWakes: async () =>
    sent.wakes.splice(0).map(({ delay_ms, ...message }) => ({
      body: JSON.stringify(message),
      delay_s: Math.floor(delay_ms / 1000),
    })),
}))
