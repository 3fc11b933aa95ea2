/** Brings a batch of items to its end: arrivals, passes, workers, retries, until nothing moves any more. */
import { toArrival } from '../../functions/dispatcher.ts'
import { fromItem, toItem } from '../../lib/adapters/dynamodb/database.ts'
import { putJob } from '../../lib/adapters/memory/tables.ts'
import { parseWakeMessage, parseWorkMessage } from '../../lib/adapters/sqs/messages.ts'
import type { TaskOutcome } from '../../lib/core/job/ending.ts'
import type { Job, RawItem } from '../../lib/core/job/job.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import { clip } from '../../lib/core/text/clip.ts'
import { arrive } from '../../lib/use-cases/arrive.ts'
import { execute } from '../../lib/use-cases/attempt/execute.ts'
import { pass } from '../../lib/use-cases/pass/pass.ts'
import { wakeUp } from '../../lib/use-cases/wake-up.ts'
import type { Image } from './attributes.ts'
import { fuzzContext } from './context.ts'
import { insertOf } from './stream-event.ts'

const MAX_ROUNDS = 60
const INVOCATION = { remaining_ms: () => 900_000, redelivered: false }

/** What became of the items; every error that a use case threw is a finding. */
export async function live(images: readonly Image[]) {
  const world = fuzzContext()
  const { context, tables, sent } = world
  const done: string[] = []
  const records = images.map(insertOf)
  tables.onInsert = (item) => void records.push(insertOf(toItem(item), records.length))
  for (const image of images) putRaw(tables, image)
  records.length = images.length // the puts above have announced themselves again

  const runTask = async (job: Job): Promise<TaskOutcome> => {
    if (job.task === 'fail') return { kind: 'failed', error: 'it fails' }
    if (job.task !== 'sync') return { kind: 'refused', reason: `there is no task "${clip(job.task)}"` }
    done.push(nameOf(job.item))
    return { kind: 'succeeded' }
  }

  const each = { batch: (jobs: readonly Job[]) => Promise.all(jobs.map(runTask)) }

  for (
    let round = 0;
    round < MAX_ROUNDS && (records.length > 0 || sent.work.length + sent.wakes.length > 0);
    round++
  ) {
    const failed = await arrive(context, records.splice(0).flatMap(toArrival))
    if (failed.length > 0)
      throw new Error(`arrivals to be delivered again: ${JSON.stringify(world.lines.at(-1))}`)
    for (const message of sent.work.splice(0)) {
      const parsed = parseWorkMessage(JSON.stringify(message))
      if (!parsed.ok) throw new Error(`a work message is not understood: ${parsed.reason}`)
      await execute(context, parsed.value, INVOCATION, Object.assign(runTask, each))
    }
    world.wait(1000)
    for (const { delay_ms, ...message } of sent.wakes.splice(0)) {
      const parsed = parseWakeMessage(JSON.stringify(message))
      if (!parsed.ok) throw new Error(`a wake message is not understood: ${parsed.reason}`)
      world.wait(delay_ms)
      if ('shard' in parsed.value) await pass(context, { shard: parsed.value.shard })
      else await wakeUp(context, parsed.value)
    }
    for (const shard of tables.jobs.keys()) await pass(context, { shard: shard as ShardKey })
  }
  return { ...world, done }
}

export const nameOf = ({ pk, sk }: RawItem): string => `${pk} ${sk}`

const putRaw = (tables: ReturnType<typeof fuzzContext>['tables'], image: Image): void =>
  putJob(tables, fromItem(image) as RawItem)
