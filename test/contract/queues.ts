/** What every adapter of the queue ports does. */
import { describe, expect, test } from 'vitest'
import { parseWakeMessage, parseWorkMessage } from '../../lib/adapters/sqs/messages.ts'
import type { ShardKey, SortKey } from '../../lib/core/keys.ts'
import type { ScheduleKey } from '../../lib/core/schedule/schedule.ts'
import type { DelayedFire, DelayedWake, WakeQueue, WorkMessage, WorkQueue } from '../../lib/ports/queues.ts'
import { asToken } from '../support/builders.ts'

export interface Queues {
  readonly work: WorkQueue
  readonly wake: WakeQueue
  /** The bodies of all messages that are in the work queue, which are then gone. */
  receiveWork(): Promise<string[]>
  /** What was put into the wake queue since the last time: each body with the delay that was asked for. */
  sentWakes(): Promise<{ readonly body: string; readonly delay_s: number }[]>
}

export const workMessage = (n: number): WorkMessage => ({
  pk: `crm|ü'"|#${n}` as ShardKey,
  sk: `5#2030-01-31T09:00:00.000Z#job-${n}` as SortKey,
  token: asToken(`token-${n}`),
})
export const wakeMessage = (n: number, delay_ms: number, dueAt?: number): DelayedWake => ({
  shard: `crm|${n}` as ShardKey,
  delay_ms,
  ...(dueAt === undefined ? {} : { dueAt }),
})

export function describeQueues(name: string, queues: () => Queues): void {
  describe(name, () => {
    test.each([0, 1, 10, 37])('%d work messages all arrive, as they were', async (count) => {
      const messages = Array.from({ length: count }, (_, n) => workMessage(n))
      await queues().work.send(messages)
      const received = (await queues().receiveWork()).map(parseWorkMessage)
      expect(received.map((result) => result.ok && result.value).sort(byToken)).toEqual(
        messages.sort(byToken),
      )
    })

    test('a work message carries how its start is counted', async () => {
      const message = { ...workMessage(1), rate: { bucket_ms: 50, margin_ms: 0, kept_ms: 1000 } }
      await queues().work.send([message])
      expect((await queues().receiveWork()).map(parseWorkMessage)).toEqual([{ ok: true, value: message }])
    })

    test('wake messages all arrive, with and without a time', async () => {
      const wakes = Array.from({ length: 23 }, (_, n) =>
        wakeMessage(n, 0, n % 2 ? 1_900_000_000_000 + n : undefined),
      )
      await queues().wake.send(wakes)
      const values = (await queues().sentWakes()).map(({ body }) => parseWakeMessage(body))
      // Several calls are under way simultaneously, and a queue promises no order.
      expect(inOrder(values)).toEqual(
        inOrder(wakes.map(({ delay_ms: _, ...value }) => ({ ok: true, value }))),
      )
    })

    test('messages that fire schedules arrive as they were, among others', async () => {
      const fires: DelayedFire[] = [
        { fire: 7, delay_ms: 0 },
        {
          fire: 0,
          cursor: { key: 'sync|a' as ScheduleKey, nextAt: 1 },
          until: 1_900_000_000_000,
          delay_ms: 0,
        },
        { fire: ['sync|täglich\uFFFF' as ScheduleKey], dueAt: 1_900_000_000_000, delay_ms: 0 },
      ]
      await queues().wake.send([...fires, wakeMessage(1, 0)])
      const values = (await queues().sentWakes()).map(({ body }) => parseWakeMessage(body))
      const sent = [...fires, wakeMessage(1, 0)].map(({ delay_ms: _, ...value }) => ({ ok: true, value }))
      expect(inOrder(values)).toEqual(inOrder(sent))
    })

    test.each(['\uFFFF', '\uFFFE', '🚀', '\u{10FFFF}', 'ü', '\u0000', '\u007F', '\\u0041', '"'])(
      'a shard may hold %j: its messages arrive as they were',
      async (character) => {
        const shard = `crm|${character}` as ShardKey
        await queues().wake.send([{ shard, delay_ms: 0 }])
        await queues().work.send([{ ...workMessage(1), pk: shard }])
        const wakes = (await queues().sentWakes()).map(({ body }) => parseWakeMessage(body))
        expect(wakes).toEqual([{ ok: true, value: { shard } }])
        const work = (await queues().receiveWork()).map(parseWorkMessage)
        expect(work).toEqual([{ ok: true, value: { ...workMessage(1), pk: shard } }])
      },
    )

    test.each([
      [0, 0],
      [1, 0],
      [999.5, 0],
      [1000, 1],
      [1999, 1],
      [899_999, 899],
      [900_000, 900],
    ])('a delay of %d ms is one of %d s, never more', async (delay_ms, delay_s) => {
      await queues().wake.send([wakeMessage(1, delay_ms)])
      expect(await queues().sentWakes()).toMatchObject([{ delay_s }])
    })
  })
}

const byToken = (a: WorkMessage | false, b: WorkMessage | false): number =>
  a && b && a.token < b.token ? -1 : 1

const inOrder = (values: readonly unknown[]): unknown[] =>
  values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
