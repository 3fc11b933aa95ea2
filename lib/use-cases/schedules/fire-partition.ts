/**
 * Fires what is due in a partition of schedules, or some schedules: side by side, at a pace that its key of the due index bears, and
 * so that none holds up another. What its time does not suffice for, or whose time has not come, goes on by messages.
 */
import type { ScheduleKey } from '../../core/schedule/schedule.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import { FIRING_MS, LEFT_TO_NEWER_MS, TICK_AHEAD_MS } from '../../core/times.ts'
import type { FireMessage } from '../../ports/queues.ts'
import type { DueSchedule } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import { fireItem, type Visit } from './fire-item.ts'
import { paceOf } from './pace.ts'
import { raisePartitions } from './partitions.ts'
import { goOnBy, type Rest } from './send-fires.ts'

/** As many as one call reads. */
const PAGE = 100
const SIDE_BY_SIDE = 32
/** DynamoDB takes 1,000 write units a second for one key of an index, and each firing moves a schedule there: two units. */
const FIRINGS_A_SECOND = 400

export async function firePartition(context: Context, message: FireMessage): Promise<void> {
  const { clock, config, deployment } = context
  const begunAt = clock.now()
  if (await deployment.isReplaced()) {
    const { fire, cursor } = message
    return goOnBy(context, message, [{ fire, at: begunAt + LEFT_TO_NEWER_MS, ...(cursor ? { cursor } : {}) }])
  }
  const isOver = () => clock.now() - begunAt >= FIRING_MS
  // A schedule moves with its firing to the partition that this configuration gives it: before that, ticks have to ask there.
  const note = await raisePartitions(context, config.schedules.partitions - 1)
  const visit: Visit = { ...context, pace: paceOf(clock, FIRINGS_A_SECOND), isOver, note }
  const rests =
    typeof message.fire === 'number'
      ? await fireListed(visit, message.fire, message.cursor)
      : await fireThese(visit, message.fire)
  await goOnBy(context, message, rests)
}

/** The index may still list one that has been fired since: it is read again before anything is done. */
async function fireListed(visit: Visit, partition: number, from: DueSchedule | undefined): Promise<Rest[]> {
  const rests: Rest[] = []
  const until = visit.clock.now() + TICK_AHEAD_MS
  let cursor = from
  do {
    const place = cursor === undefined ? {} : { cursor }
    const page = await visit.store.schedules.due({ partition, until, limit: PAGE, ...place })
    rests.push(
      ...(await fireThese(
        visit,
        page.schedules.map(({ key }) => key),
      )),
    )
    cursor = page.cursor
  } while (cursor !== undefined && !visit.isOver())
  if (cursor !== undefined) rests.push({ fire: partition, at: visit.clock.now(), cursor })
  return rests
}

async function fireThese(visit: Visit, keys: readonly ScheduleKey[]): Promise<Rest[]> {
  const rests: Rest[] = []
  const items = await visit.store.schedules.getMany(keys)
  await forEachSideBySide(items, SIDE_BY_SIDE, async (item) => {
    const at = visit.isOver() ? visit.clock.now() : await fireItem(visit, item)
    if (at !== undefined) rests.push({ fire: [item.pk as ScheduleKey], at })
  })
  return rests
}
