/** Streams as event sources. */
import type { DynamoDBStreamsClient, _Record as NativeRecord } from '@aws-sdk/client-dynamodb-streams'
import { backoff_ms, persist, sleep } from '../async.ts'
import type { Json } from '../json.ts'
import { isThrottled } from '../lambda/account.ts'
import type { Outcome } from '../lambda/outcome.ts'
import type { StreamMapping } from '../resources/mappings.ts'
import { readFailures } from './failures.ts'
import { Lanes } from './lanes.ts'
import { ShardReader } from './shards.ts'

export interface StreamSourceOptions {
  streams: DynamoDBStreamsClient
  /** The stream's ARN in the template, and in the engine, which makes up its own. */
  streamArn: string
  findEngineArn(): Promise<string>
  region: string
  mapping: StreamMapping
  invoke(payload: string): Promise<Outcome>
  /** Takes what is left of a batch when its retries are used up. */
  onGivenUp(batch: StreamRecord[], attempts: number, why: GivenUp): Promise<void>
  signal: AbortSignal
}
export type GivenUp = 'RetryAttemptsExhausted' | 'RecordAgeExceeded'

/** Follows a table's stream and invokes the function with its records until the signal says stop. */
export async function runStreamSource(options: StreamSourceOptions): Promise<void> {
  const { streams, mapping, signal } = options
  const engineArn = await persist(options.findEngineArn, signal)
  if (engineArn === undefined) return
  const lanes = new Lanes<StreamRecord>({
    count: mapping.lanes,
    batchSize: mapping.batchSize,
    window_ms: mapping.window_ms,
    keyOf: ({ dynamodb }) => JSON.stringify(dynamodb.Keys),
    process: (batch) => processBatch(options, batch),
    signal,
  })
  const reader = new ShardReader({
    streams,
    streamArn: engineArn,
    fromLatest: mapping.fromLatest,
    onRecords: (records, shardId) => {
      const converted = records.map((record) => toRecord(record, shardId, options))
      return lanes.push(converted.filter((record) => mapping.wants(record as unknown as Json)))
    },
    signal,
  })
  await reader.run()
  await lanes.stopped()
}

/** Tries a batch until it is done: whole, from where it got to, or in halves. A lane never goes past it. */
async function processBatch(options: StreamSourceOptions, batch: StreamRecord[]): Promise<void> {
  const { mapping, signal, onGivenUp } = options
  let [left, invocations] = [batch, 0]
  for (let tries = 1; left.length > 0 && !signal.aborted; tries++) {
    const rest = await attempt(options, left)
    if (signal.aborted) return
    // A batch that has not reached the function has used up no attempt.
    if (rest !== 'throttled') {
      invocations++
      if (rest.length === 0) return
      // It got further: what remains is a new batch.
      if (rest.length < left.length) return processBatch(options, rest)
      if (mapping.bisect && left.length > 1) return bisect(options, left)
      if (invocations > mapping.maxRetries) return onGivenUp(left, invocations, 'RetryAttemptsExhausted')
    }
    left = await withoutOld(options, left, invocations)
    await sleep(backoff_ms(tries), signal)
  }
}

/** Splitting a batch costs no retry. */
async function bisect(options: StreamSourceOptions, batch: StreamRecord[]): Promise<void> {
  const half = Math.ceil(batch.length / 2)
  await processBatch(options, batch.slice(0, half))
  await processBatch(options, batch.slice(half))
}

/** Returns what is still to be done: everything from the first failure on. */
async function attempt(
  { mapping, invoke }: StreamSourceOptions,
  batch: StreamRecord[],
): Promise<StreamRecord[] | 'throttled'> {
  const ids = batch.map(({ dynamodb }) => dynamodb.SequenceNumber)
  const outcome = await invoke(JSON.stringify({ Records: batch.map(withoutShard) }))
  if (isThrottled(outcome)) return 'throttled'
  const failures = readFailures(outcome, mapping.partialResponses, new Set(ids))
  if (failures === 'none') return []
  return failures === 'all' ? batch : batch.slice(ids.findIndex((id) => failures.has(id)))
}

/** Gives up those that are too old, and returns the others. */
async function withoutOld(
  { mapping, onGivenUp }: StreamSourceOptions,
  batch: StreamRecord[],
  invocations: number,
): Promise<StreamRecord[]> {
  const oldest_ms = Date.now() - mapping.maxAge_ms
  const isOld = ({ dynamodb }: StreamRecord) => dynamodb.ApproximateCreationDateTime * 1000 < oldest_ms
  const old = batch.filter(isOld)
  if (old.length > 0) await onGivenUp(old, invocations, 'RecordAgeExceeded')
  return batch.filter((record) => !isOld(record))
}

export type StreamRecord = ReturnType<typeof toRecord>

function toRecord(record: NativeRecord, shardId: string, { region, streamArn }: StreamSourceOptions) {
  const change = record.dynamodb ?? {}
  return {
    shardId,
    eventID: record.eventID ?? '',
    eventName: record.eventName ?? '',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: {
      ...wireFormat(change),
      ApproximateCreationDateTime: Math.floor((change.ApproximateCreationDateTime?.getTime() ?? 0) / 1000),
      SequenceNumber: change.SequenceNumber ?? '',
    },
    eventSourceARN: streamArn,
    ...(record.userIdentity && {
      userIdentity: { principalId: record.userIdentity.PrincipalId, type: record.userIdentity.Type },
    }),
  }
}

function withoutShard({ shardId: _, ...record }: StreamRecord) {
  return record
}

/** The SDK turns binary values into bytes; a function gets them as base64. */
function wireFormat<T>(value: T): T {
  const encode = (_key: string, item: unknown) =>
    item instanceof Uint8Array ? Buffer.from(item).toString('base64') : item
  return JSON.parse(JSON.stringify(value, encode))
}
