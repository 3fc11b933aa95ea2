/** The context of one invocation: the product's ports, with a simulated service behind each. */
import { memoryPayloads } from '../../../lib/adapters/memory/payloads.ts'
import { messageBody } from '../../../lib/adapters/sqs/messages.ts'
import type { Token } from '../../../lib/core/shard/state.ts'
import { DELAY_STEP_MS, MAX_DELAY_MS } from '../../../lib/core/times.ts'
import type { Deployment } from '../../../lib/ports/deployment.ts'
import type { Events } from '../../../lib/ports/events.ts'
import type { DispatchMessage, WorkMessage } from '../../../lib/ports/queues.ts'
import type { WorkerContext } from '../../../lib/use-cases/context.ts'
import { deploymentOf } from '../../../lib/use-cases/deployed.ts'
import { configurationOf, logOf } from './deploys.ts'
import type { Invocation } from './invocation.ts'
import { isSendable } from './sqs.ts'
import { simulatedStore } from './store.ts'
import type { World } from './world.ts'

/** SQS takes ten messages a call. */
const SEND_BATCH = 10

export function contextOf(world: World, by: Invocation): WorkerContext {
  const { scheduler, random, plan } = world
  return {
    config: (plan.versions[by.version] ?? plan.versions[0]).config,
    store: simulatedStore(world, by),
    payloads: simulatedPayloads(world, by),
    work: {
      send: (messages) =>
        inBatches(messages, (batch) =>
          world.network.call(by, 'sendWork', async () => {
            for (const body of bodiesOf(batch)) world.work.send(body, 0, by.chain)
            world.emit({ kind: 'effect', by, effect: { op: 'sendWork', messages: batch } })
          }),
        ),
    },
    wake: {
      send: (messages) =>
        inBatches(messages, (batch) =>
          world.network.call(by, 'sendWake', async () => {
            for (const { delay_ms, ...message } of batch)
              for (const body of bodiesOf([message])) world.wake.send(body, delayOf(delay_ms), by.chain)
            world.emit({ kind: 'effect', by, effect: { op: 'sendWake', messages: batch } })
          }),
        ),
    },
    clock: { now: () => scheduler.now + by.skew_ms, sleep: (delay_ms) => by.sleep(delay_ms) },
    random: { number: () => random.number(), token: () => world.nextToken() as Token },
    events: eventsOf(world),
    deployment: deploymentIn(world, by),
  }
}

/** The bucket behind the same network. */
function simulatedPayloads(world: World, by: Invocation): WorkerContext['payloads'] {
  const bucket = memoryPayloads(() => world.scheduler.now, world.objects)
  const call = <T>(op: 'putPayload' | 'getPayload', effect: () => Promise<T>) =>
    world.network.call(by, op, async () => {
      const outcome = await effect()
      world.emit({ kind: 'effect', by, effect: { op } })
      return outcome
    })
  return {
    put: (key, text) => call('putPayload', () => bucket.put(key, text)),
    get: (key) => call('getPayload', () => bucket.get(key)),
  }
}

/** Whether its configuration is replaced is asked in each invocation anew. */
function deploymentIn(world: World, by: Invocation): Deployment {
  const clock = { now: () => world.scheduler.now + by.skew_ms, sleep: by.sleep.bind(by) }
  const { isReplaced, isAlone, settings } = deploymentOf(configurationOf(by.version), {
    log: logOf(world, by),
    settings: () => simulatedStore(world, by).states.queueSettings(),
    clock,
    events: eventsOf(world),
  })
  return {
    isReplaced: async () => {
      const replaced = await isReplaced()
      if (replaced) world.emit({ kind: 'effect', by, effect: { op: 'isReplaced' } })
      return replaced
    },
    isAlone,
    settings,
  }
}

/** SQS refuses a message with characters that it cannot spell. */
function bodiesOf(messages: readonly (WorkMessage | DispatchMessage)[]): string[] {
  const bodies = messages.map(messageBody)
  const refused = bodies.find((body) => !isSendable(body))
  if (refused !== undefined) throw new Error(`SQS refuses ${JSON.stringify(refused)}`)
  return bodies
}

const delayOf = (delay_ms: number): number =>
  Math.floor(Math.min(delay_ms, MAX_DELAY_MS) / DELAY_STEP_MS) * DELAY_STEP_MS

async function inBatches<T>(
  items: readonly T[],
  send: (batch: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let first = 0; first < items.length; first += SEND_BATCH)
    await send(items.slice(first, first + SEND_BATCH))
}

/** Errors that are told and lived with have to be faults too. */
const eventsOf = (world: World): Events => ({
  emit: (event) => {
    if ('error' in event && event.error instanceof Error) world.expected(event.error)
  },
})
