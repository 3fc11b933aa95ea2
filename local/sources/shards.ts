/** The shards of a table's stream. */
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as NativeRecord,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams'
import { persist, sleep } from '../async.ts'

const IDLE_MS = 50
/** A page this big is worth fetching whole; batches are cut from it. */
const PAGE = 1000

export interface ShardReaderOptions {
  streams: DynamoDBStreamsClient
  streamArn: string
  /** Skips what is already there. */
  fromLatest: boolean
  /** Called page by page, in order; the next page is read when it is done. */
  onRecords(records: NativeRecord[], shardId: string): Promise<void>
  signal: AbortSignal
}

/** Reads every shard of a stream, parents before children, until the signal says stop. */
export class ShardReader {
  readonly #options: ShardReaderOptions
  readonly #seen = new Set<string>()

  constructor(options: ShardReaderOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    const shards = await this.#discover()
    const ids = new Set(shards.map(({ ShardId }) => ShardId))
    const roots = shards.filter(({ ParentShardId }) => !ids.has(ParentShardId))
    await Promise.all(roots.map((root) => this.#readFamily(root.ShardId ?? '', this.#options.fromLatest)))
  }

  async #readFamily(shardId: string, skip: boolean): Promise<void> {
    if (this.#seen.has(shardId)) return
    this.#seen.add(shardId)
    await this.#read(shardId, skip)
    const children = (await this.#discover()).filter(({ ParentShardId }) => ParentShardId === shardId)
    await Promise.all(children.map((child) => this.#readFamily(child.ShardId ?? '', false)))
  }

  /** To the shard's end, which an open shard does not have. */
  async #read(shardId: string, skip: boolean): Promise<void> {
    const { signal, onRecords } = this.#options
    let [last, iterator, skipping]: [string | undefined, string | undefined, boolean] = [
      undefined,
      undefined,
      skip,
    ]
    while (!signal.aborted) {
      const page = await this.#page(shardId, last, iterator)
      // A lost iterator (the engine was away) is replaced by one after the last record seen.
      iterator = page?.iterator
      if (!page) await sleep(IDLE_MS, signal)
      else if (page.records.length > 0) {
        if (!skipping) await onRecords(page.records, shardId)
        last = page.records.at(-1)?.dynamodb?.SequenceNumber ?? last
      } else if (iterator === undefined) return
      else {
        skipping = false
        await sleep(IDLE_MS, signal)
      }
    }
  }

  async #page(shardId: string, last: string | undefined, iterator: string | undefined) {
    const { streams, signal } = this.#options
    try {
      const ShardIterator = iterator ?? (await this.#iterator(shardId, last))
      const page = await streams.send(new GetRecordsCommand({ ShardIterator, Limit: PAGE }), {
        abortSignal: signal,
      })
      return { records: page.Records ?? [], iterator: page.NextShardIterator }
    } catch {
      return undefined
    }
  }

  async #iterator(shardId: string, last: string | undefined): Promise<string | undefined> {
    const { streams, streamArn } = this.#options
    const position =
      last === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' as const }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber: last }
    const command = new GetShardIteratorCommand({ StreamArn: streamArn, ShardId: shardId, ...position })
    return (await streams.send(command)).ShardIterator
  }

  async #discover(): Promise<Shard[]> {
    const { streams, streamArn, signal } = this.#options
    const command = new DescribeStreamCommand({ StreamArn: streamArn })
    const found = await persist(() => streams.send(command), signal)
    return found?.StreamDescription?.Shards ?? []
  }
}
