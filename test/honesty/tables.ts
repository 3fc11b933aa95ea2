/** All that is in the tables, in one form for both stores: memory's plain data, and an engine's scanned items. */
import {
  BatchWriteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb'
import { SWEEP_KEY } from '../../lib/adapters/dynamodb/census.ts'
import { type Database, fromItem, type Item } from '../../lib/adapters/dynamodb/database.ts'
import { toState } from '../../lib/adapters/dynamodb/state-item.ts'
import type { Tables } from '../../lib/adapters/memory/tables.ts'
import { partKey } from '../../lib/core/job/counted.ts'
import { DECLARED_PK, PARTITIONS_PK } from '../../lib/core/schedule/schedule-key.ts'

export interface Dump {
  readonly jobs: readonly unknown[]
  readonly states: readonly unknown[]
  readonly history: readonly unknown[]
  /** What is known of whole queues, in the State table too. */
  readonly queues: readonly unknown[]
  /** With what is noted of all of them. */
  readonly schedules: readonly unknown[]
}

export const memoryDump = ({
  jobs,
  states,
  history,
  earlierShards,
  receipts,
  locks,
  ended,
  apps,
  queuePauses,
  queueLimits,
  sizes,
  sweep,
  census,
  ...ofSchedules
}: Tables): Dump => ({
  jobs: inOrder([...jobs.values()].flatMap((shard) => [...shard.values()])),
  states: inOrder([...states.values()]),
  history: inOrder([
    ...history,
    ...receipts.values(),
    ...locks.values(),
    ...ended.values(),
    ...partsOf(sizes),
  ]),
  queues: inOrder([
    ...[...earlierShards].map(([queue, all]) => ({ pk: `$queue|${queue}`, layouts: all })),
    ...[...(apps ?? [])].map(([app, record]) => ({ pk: `$app|${app}`, ...record })),
    ...settingsOf({ queuePauses, queueLimits }),
    ...progressOf(sweep, census),
  ]),
  schedules: inOrder(schedulesOf(ofSchedules)),
})

type OfSchedules = Pick<Tables, 'schedules' | 'schedulePartitions' | 'declaredSchedules'>

const schedulesOf = ({ schedules, schedulePartitions, declaredSchedules }: OfSchedules): object[] => [
  ...(schedules?.values() ?? []),
  ...(schedulePartitions ? [{ pk: PARTITIONS_PK, ...schedulePartitions }] : []),
  ...(declaredSchedules ? [{ pk: DECLARED_PK, ...declaredSchedules }] : []),
]

/** DynamoDB writes down no number of puts before there is one. */
const partsOf = (sizes: Tables['sizes'] = new Map()): object[] =>
  [...sizes].flatMap(([pk, parts]) =>
    [...parts].map(([part, { jobs, puts, set }]) => ({
      ...partKey(pk, part),
      jobs,
      ...(puts > 0 ? { puts } : {}),
      ...(set ? { maximum: set } : {}),
    })),
  )

const SETTINGS_KEY = '$paused'
const LASTING: readonly unknown[] = [SETTINGS_KEY, SWEEP_KEY.pk]

function settingsOf({
  queuePauses = new Map(),
  queueLimits = new Map(),
}: Partial<Record<'queuePauses' | 'queueLimits', ReadonlyMap<string, object> | undefined>>): object[] {
  const said = [
    ...[...queuePauses].map(([queue, pause]) => [`queue|${queue}`, pause]),
    ...[...queueLimits].map(([queue, limits]) => [`limits|${queue}`, limits]),
  ]
  return said.length === 0 ? [] : [{ pk: SETTINGS_KEY, ...Object.fromEntries(said) }]
}

/** The cursors of the sweep's parts, and what it has counted, stand side by side. */
function progressOf(sweep: Tables['sweep'], census: Tables['census'] = {}): object[] {
  const item = { ...Object.fromEntries(sweep), ...census }
  return Object.keys(item).length === 0 ? [] : [{ ...SWEEP_KEY, ...item }]
}

/** The item stays when nothing is said of any queue any more. */
const saysNothing = (item: Item): boolean => LASTING.includes(item['pk']?.S) && Object.keys(item).length === 1

export async function engineDump({ client, tables }: Database): Promise<Dump> {
  const [jobs, states, history, schedules] = await Promise.all(
    [tables.jobs, tables.state, tables.history, tables.schedules].map((table) => items(client, table)),
  )
  return {
    jobs: inOrder((jobs ?? []).map(fromItem)),
    states: inOrder((states ?? []).filter(isOfAShard).map(toState)),
    history: inOrder((history ?? []).map(fromItem)),
    queues: inOrder((states ?? []).filter((item) => !isOfAShard(item) && !saysNothing(item)).map(fromItem)),
    schedules: inOrder((schedules ?? []).map(fromItem)),
  }
}

/** Leaves the tables empty, so that the next sequence has them to itself. */
export async function wipe({ client, tables }: Database): Promise<void> {
  for (const [table, names] of [
    [tables.jobs, ['pk', 'sk']],
    [tables.state, ['pk']],
    [tables.history, ['pk', 'sk']],
    [tables.schedules, ['pk']],
  ] as const) {
    const requests = (await items(client, table)).map((item): WriteRequest => {
      return { DeleteRequest: { Key: Object.fromEntries(names.flatMap((name) => keyPart(item, name))) } }
    })
    for (let first = 0; first < requests.length; first += 25)
      await client.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: requests.slice(first, first + 25) } }),
      )
  }
}

async function items(client: DynamoDBClient, table: string): Promise<Item[]> {
  const found: Item[] = []
  let from: Item | undefined
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        ...(from ? { ExclusiveStartKey: from } : {}),
      }),
    )
    found.push(...(page.Items ?? []))
    from = page.LastEvaluatedKey
  } while (from)
  return found
}

const isOfAShard = ({ pk }: Item): boolean => !pk?.S?.startsWith('$')
const keyPart = (item: Item, name: string) => (item[name] ? [[name, item[name]] as const] : [])

/** By their text, whose members are sorted too: an item's attributes have no order. */
const inOrder = (found: readonly unknown[]): unknown[] =>
  found.toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1))

export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? 'undefined'
