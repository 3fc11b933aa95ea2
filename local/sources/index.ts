/** What invokes functions by itself: queues, streams, schedules. */
import type { Delivery } from '../bus/delivery.ts'
import { type Clients, engineStreamArn } from '../clients.ts'
import type { Engine } from '../engines/process.ts'
import type { LambdaService } from '../lambda/service.ts'
import type { QueueMapping, StreamMapping } from '../resources/mappings.ts'
import type { Stack } from '../resources/stack.ts'
import { givenUpMessage } from './given-up.ts'
import { runSchedule, scheduledEvent } from './schedule.ts'
import { runSqsSource } from './sqs.ts'
import { runStreamSource } from './stream.ts'

export interface SourcesOptions {
  stack: Stack
  sqs: Pick<Engine, 'isShared'>
  clients: Clients
  lambdas: LambdaService
  delivery: Delivery
  /** Tables that did not exist before: nothing in their streams is old. */
  newTables: Set<string>
  notice(text: string): void
  signal: AbortSignal
}

/** Starts everything that invokes functions by itself. The promise resolves when all of it has stopped. */
export function runSources(options: SourcesOptions): Promise<void> {
  const mappings = options.stack.mappings.map((mapping) =>
    mapping.kind === 'queue' ? runQueue(options, mapping) : runStream(options, mapping),
  )
  return Promise.all([...mappings, ...runSchedules(options)]).then(() => {})
}

function runQueue(
  { stack, sqs: engine, clients, lambdas, notice, signal }: SourcesOptions,
  mapping: QueueMapping,
): Promise<void> {
  const { fn, pool } = lambdas.find(mapping.functionId)
  const queue = find(stack.queues, ({ arn }) => arn === mapping.sourceArn, mapping.sourceArn)
  return runSqsSource({
    sqs: clients.sqs,
    queue,
    mapping,
    region: stack.region,
    functionLimit: pool.limit,
    invoke: (payload, trace) => lambdas.invoke(fn.arn, payload, trace),
    functionArn: fn.arn,
    allowsLoops: fn.allowsLoops,
    notice,
    isShared: engine.isShared,
    signal,
  })
}

function runStream(options: SourcesOptions, mapping: StreamMapping): Promise<void> {
  const { stack, clients, lambdas, delivery, newTables, signal } = options
  const { fn } = lambdas.find(mapping.functionId)
  const table = find(stack.tables, ({ streamArn }) => streamArn === mapping.sourceArn, mapping.sourceArn)
  return runStreamSource({
    streams: clients.streams,
    findEngineArn: () => engineStreamArn(clients.dynamodb, table.name),
    streamArn: table.streamArn,
    region: stack.region,
    mapping: { ...mapping, fromLatest: mapping.fromLatest && !newTables.has(table.name) },
    invoke: (payload) => lambdas.invoke(fn.arn, payload),
    onGivenUp: async (batch, attempts, why) => {
      const message = givenUpMessage(batch, attempts, why, fn.arn)
      if (mapping.onFailureArn !== undefined) await delivery.send(mapping.onFailureArn, message)
    },
    signal,
  })
}

function runSchedules({ stack, delivery, signal }: SourcesOptions): Promise<void>[] {
  return stack.rules.flatMap((rule) => {
    if (!rule.enabled || rule.period_ms === undefined) return []
    const fire = () => void delivery.deliver(rule, scheduledEvent(rule, stack.region, Date.now()))
    return [runSchedule(rule.period_ms, fire, signal)]
  })
}

function find<T>(list: T[], test: (item: T) => boolean, what: string): T {
  const found = list.find(test)
  if (found !== undefined) return found
  throw new Error(`An event source mapping reads from ${what}, which is not in this stack.`)
}
