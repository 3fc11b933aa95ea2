/** How the durations of the protocol depend on each other. Each test is called by the failure that it prevents. */
import { expect, test } from 'vitest'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import * as times from '../../../lib/core/times.ts'
import { BRIEF, callOptions } from '../../../lib/lambda/clients.ts'
import { MAX_WAITS } from '../../../lib/use-cases/operate/operator-call.ts'
import { type Related, relateGrants } from '../../support/times-of-grants.ts'
import { relatePayloads } from '../../support/times-of-payloads.ts'
import { relateFirings } from '../../support/times-of-schedules.ts'

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

/** The SDK pauses for at most 100 ms after the first failure of a call, then for twice as long each time, up to 20 s. */
const PAUSES_MS = Array.from({ length: callOptions(BRIEF).maxAttempts - 1 }, (_, n) =>
  Math.min(20_000, 100 * 2 ** n),
)
/** A call of a function that is never answered, with all its tries. */
const LONGEST_CALL_MS = callOptions(BRIEF).maxAttempts * times.ANSWER_MS + sum(PAUSES_MS)

/** Which durations are about which: a new one has to be thought of here. */
const RELATED = new Set<string>()
const related: Related = (failure, names, holds) => {
  for (const name of names) RELATED.add(name)
  test(failure, holds)
}

related(
  'no job is given back for ever because its worker never has time to finish it',
  ['WORKER_MARGIN_MS', 'FINISHING_MS'],
  () => expect(times.FINISHING_MS).toBeLessThan(times.WORKER_MARGIN_MS),
)
related('no job runs again because its history is slow', ['HISTORY_ANSWER_MS', 'FINISHING_MS'], () =>
  expect(2 * times.HISTORY_ANSWER_MS).toBeLessThan(times.FINISHING_MS),
)
related(
  'no shard that a full line keeps out looks all the time, or is left to the sweep',
  ['LINE_LOOK_SOONEST_MS', 'LINE_LOOK_LATEST_MS', 'SWEEP_EVERY_MS'],
  () => {
    expect(times.LINE_LOOK_SOONEST_MS).toBeLessThan(times.LINE_LOOK_LATEST_MS)
    expect(1.5 * times.LINE_LOOK_LATEST_MS).toBeLessThan(times.SWEEP_EVERY_MS)
  },
)
related('no queue has a timeout that no worker can have', ['LONGEST_HANDLER_MS', 'LAMBDA_LONGEST_MS'], () => {
  expect(times.LONGEST_HANDLER_MS + times.WORKER_MARGIN_MS).toBeLessThanOrEqual(times.LAMBDA_LONGEST_MS)
  const { DISPATCHER_TIMEOUT_MS, INGEST_TIMEOUT_MS, TICK_TIMEOUT_MS, WORKER_TIMEOUT_MS } = times
  for (const timeout_ms of [DISPATCHER_TIMEOUT_MS, INGEST_TIMEOUT_MS, TICK_TIMEOUT_MS, WORKER_TIMEOUT_MS])
    expect(timeout_ms).toBeLessThanOrEqual(times.LAMBDA_LONGEST_MS)
})
related('the defaults of queue and worker fit together', ['WORKER_TIMEOUT_MS'], () => {
  const { timeout_ms } = defineConfig({ queues: { any: {} } }).queues.any
  expect(timeout_ms + times.WORKER_MARGIN_MS).toBeLessThanOrEqual(times.WORKER_TIMEOUT_MS)
})
related(
  'no invocation goes on with its shard until it has no time for another job',
  ['CHAIN_MS', 'WORKER_TIMEOUT_MS'],
  () => expect(times.CHAIN_MS).toBeLessThan(times.WORKER_TIMEOUT_MS),
)
related(
  'a dead connection does not cost a job its end',
  ['ANSWER_MS', 'CONNECTION_MS', 'WORKER_MARGIN_MS'],
  () => {
    expect(times.ANSWER_MS).toBeLessThan(times.WORKER_MARGIN_MS)
    expect(times.CONNECTION_MS).toBeLessThan(times.ANSWER_MS)
  },
)
related(
  'a job is not late because the first try of its put was not answered',
  ['PUT_MS', 'ANSWER_MS', 'CONNECTION_MS'],
  () => expect(times.CONNECTION_MS + times.ANSWER_MS).toBeLessThan(times.PUT_MS),
)
related(
  'no function is stopped before it can say which call failed',
  ['ANSWER_MS', 'DISPATCHER_TIMEOUT_MS', 'INGEST_TIMEOUT_MS'],
  () => {
    expect(BRIEF).toEqual({ connection_ms: times.CONNECTION_MS, answer_ms: times.ANSWER_MS })
    expect(LONGEST_CALL_MS).toBeLessThan(times.DISPATCHER_TIMEOUT_MS)
    expect(LONGEST_CALL_MS).toBeLessThan(times.INGEST_TIMEOUT_MS)
  },
)
related('a sweep never forgets its place', ['SWEEP_RESERVE_MS', 'TICK_TIMEOUT_MS'], () => {
  expect(LONGEST_CALL_MS).toBeLessThan(times.SWEEP_RESERVE_MS)
  expect(2 * times.SWEEP_RESERVE_MS).toBeLessThan(times.TICK_TIMEOUT_MS)
})

related(
  'no thawed process runs a job whose slot is somebody else’s',
  ['STOPPED_BY_NOW_MS', 'CLOCK_SKEW_MS'],
  () => expect(times.STOPPED_BY_NOW_MS).toBeLessThan(times.CLOCK_SKEW_MS),
)
related(
  'no message of a dead worker comes back before its slot is dead',
  ['WORK_COMES_BACK_MS', 'CLOCK_SKEW_MS'],
  // The deadline is so far behind the timeout, and who compares it has a clock of its own.
  () => expect(2 * times.CLOCK_SKEW_MS).toBeLessThan(times.WORK_COMES_BACK_MS),
)
related(
  'no message is delivered again while a function still handles it',
  ['WAKE_VISIBILITY_MS', 'INGEST_VISIBILITY_MS'],
  () => {
    expect(times.DISPATCHER_TIMEOUT_MS + times.CLOCK_SKEW_MS).toBeLessThan(times.WAKE_VISIBILITY_MS)
    expect(6 * times.INGEST_TIMEOUT_MS).toBeLessThanOrEqual(times.INGEST_VISIBILITY_MS)
  },
)
related(
  'no claim is sent again while its message is still being sent',
  ['RESEND_AFTER_MS', 'DISPATCHER_TIMEOUT_MS'],
  () => {
    expect(times.DISPATCHER_TIMEOUT_MS + times.CLOCK_SKEW_MS).toBeLessThan(times.RESEND_AFTER_MS)
    expect(LONGEST_CALL_MS + times.CLOCK_SKEW_MS).toBeLessThan(times.RESEND_AFTER_MS)
  },
)
related(
  'whoever cancels a job does not wait for its end longer than for a look, and a short one costs none',
  ['CANCEL_LOOK_EVERY_MS', 'WORKER_TIMEOUT_MS'],
  () => expect(times.CANCEL_LOOK_EVERY_MS * 10).toBeLessThan(times.WORKER_TIMEOUT_MS),
)
related(
  'no message behind a job in progress is sent again by each pass',
  ['CHAIN_MS', 'RESEND_AFTER_MS'],
  () => expect(times.CHAIN_MS + times.CLOCK_SKEW_MS).toBeLessThan(times.RESEND_AFTER_MS),
)
related(
  'a claim made ahead is still ahead when its start is recorded',
  ['CLAIMED_AHEAD_MS', 'START_LEAD_MS'],
  () => expect(times.START_LEAD_MS).toBeLessThan(times.CLAIMED_AHEAD_MS),
)
related(
  'a worker that waits for a start that it has recorded ahead has time for it',
  ['START_WRITES_MS', 'START_LEAD_MS', 'CHAIN_MS'],
  () => {
    expect(times.START_WRITES_MS).toBeGreaterThan(times.START_LEAD_MS)
    expect(times.START_WRITES_MS).toBeLessThan(times.CHAIN_MS)
  },
)
related(
  'a wake-up in whole seconds is used only where a second is at most 5 % of the window',
  ['PRECISE_UP_TO_MS', 'DELAY_STEP_MS'],
  () => expect(times.DELAY_STEP_MS / 0.05).toBeLessThanOrEqual(times.PRECISE_UP_TO_MS),
)
related(
  'a start under no limit counts no longer than one pass needs to see it',
  ['UNLIMITED_BUCKET_MS', 'CLOCK_SKEW_MS'],
  () => expect(times.UNLIMITED_BUCKET_MS).toBeLessThan(times.CLOCK_SKEW_MS),
)

related(
  'nothing falls due between two ticks',
  ['TICK_AHEAD_MS', 'TICK_EVERY_MS', 'CLOCK_EVENT_LIVES_MS'],
  () => {
    expect(times.TICK_EVERY_MS).toBeLessThan(times.TICK_AHEAD_MS)
    // One that is missed is no longer waited for when the next one comes.
    expect(times.CLOCK_EVENT_LIVES_MS).toBeLessThanOrEqual(times.TICK_EVERY_MS)
  },
)
related(
  'no schedule has missed its tick because a minute’s tick was lost, or came as late as it can',
  ['MISSED_AFTER_MS', 'TICK_EVERY_MS', 'TICK_AHEAD_MS', 'CLOCK_SKEW_MS'],
  () => {
    const late_ms = 2 * times.TICK_EVERY_MS - times.TICK_AHEAD_MS
    expect(late_ms + LONGEST_CALL_MS + times.CLOCK_SKEW_MS).toBeLessThan(times.MISSED_AFTER_MS)
  },
)
related('a tick can have every wake-up delayed to its time', ['TICK_AHEAD_MS', 'MAX_DELAY_MS'], () =>
  expect(times.TICK_AHEAD_MS).toBeLessThan(times.MAX_DELAY_MS),
)
related(
  'no shard is left to the index after the last tick that would find it',
  ['MAX_DELAY_MS', 'TICK_EVERY_MS'],
  () => expect(2 * times.TICK_EVERY_MS + times.CLOCK_SKEW_MS).toBeLessThan(times.MAX_DELAY_MS),
)
related(
  'whoever sends a wake-up sends one that a queue can delay',
  [
    'WAKE_SOON_MS',
    'WAKE_APART_LATEST_MS',
    'LEFT_TO_NEWER_MS',
    'STRANDED_AGAIN_MS',
    'UNKNOWN_LATEST_MS',
    'DELAY_STEP_MS',
  ],
  () => {
    const { WAKE_SOON_MS, WAKE_APART_LATEST_MS, LEFT_TO_NEWER_MS, STRANDED_AGAIN_MS, UNKNOWN_LATEST_MS } =
      times
    expect(WAKE_SOON_MS).toBeLessThan(WAKE_APART_LATEST_MS)
    for (const delay_ms of [
      WAKE_SOON_MS,
      WAKE_APART_LATEST_MS,
      LEFT_TO_NEWER_MS,
      STRANDED_AGAIN_MS,
      UNKNOWN_LATEST_MS,
    ]) {
      expect(times.DELAY_STEP_MS).toBeLessThanOrEqual(delay_ms)
      expect(delay_ms).toBeLessThanOrEqual(times.MAX_DELAY_MS)
    }
  },
)
related('no sweep wakes shards whose wake-up is on its way', ['LATE_MS', 'DELAY_STEP_MS'], () =>
  expect(times.CLOCK_SKEW_MS + times.DELAY_STEP_MS).toBeLessThan(times.LATE_MS),
)
related('no lost wake-up waits for more than the sweep after next', ['LATE_MS', 'SWEEP_EVERY_MS'], () =>
  expect(times.LATE_MS).toBeLessThan(times.SWEEP_EVERY_MS),
)
related('no shard is left for later than the next sweep', ['SOON_MS', 'SWEEP_EVERY_MS'], () =>
  expect(times.SOON_MS).toBeLessThanOrEqual(times.SWEEP_EVERY_MS),
)
related('no sweep begins while another one runs', ['SWEEP_EVERY_MS', 'TICK_TIMEOUT_MS'], () =>
  expect(times.TICK_TIMEOUT_MS).toBeLessThanOrEqual(times.SWEEP_EVERY_MS),
)
related('a pass gives up before its function does', ['CONFLICT_PAUSE_MS', 'DISPATCHER_TIMEOUT_MS'], () => {
  const pauses = Array.from({ length: 12 }, (_, round) => times.CONFLICT_PAUSE_MS * (round + 1))
  expect(sum(pauses)).toBeLessThan(times.DISPATCHER_TIMEOUT_MS / 2)
})

related(
  'no deploy returns while a function still decides by the configuration of before',
  ['NOTICED_AFTER_MS', 'LOOK_EVERY_MS'],
  () => expect(times.LOOK_EVERY_MS).toBeLessThan(times.NOTICED_AFTER_MS),
)
related(
  'no deploy fails because the tick function is throttled, or waits for the others to notice',
  ['DEPLOYMENT_WAIT_MS', 'TICK_EVENT_LIVES_MS', 'DEPLOYMENT_ANSWER_MS'],
  () => {
    const answered_ms = 5 * times.DEPLOYMENT_ANSWER_MS
    expect(times.TICK_EVENT_LIVES_MS + LONGEST_CALL_MS + times.NOTICED_AFTER_MS + answered_ms).toBeLessThan(
      times.DEPLOYMENT_WAIT_MS,
    )
    expect(times.TICK_EVERY_MS).toBeLessThan(times.TICK_EVENT_LIVES_MS)
  },
)
related(
  'no invocation that began before a deploy decides when the record has forgotten it',
  ['REPLACED_FOR_MS', 'LAMBDA_LONGEST_MS'],
  () => expect(times.LAMBDA_LONGEST_MS + times.CLOCK_SKEW_MS).toBeLessThan(times.REPLACED_FOR_MS),
)
related(
  'a deploy under way finds its jobs and events still there',
  ['UNKNOWN_FOR_MS', 'INGEST_RECEIVES', 'UNKNOWN_SOONEST_MS'],
  () => {
    expect(times.UNKNOWN_FOR_MS + times.CLOCK_SKEW_MS).toBeLessThan(
      times.INGEST_RECEIVES * times.INGEST_VISIBILITY_MS,
    )
    expect(times.UNKNOWN_SOONEST_MS).toBeLessThan(times.UNKNOWN_LATEST_MS)
    expect(times.UNKNOWN_LATEST_MS).toBeLessThan(times.UNKNOWN_FOR_MS)
  },
)
related('a wake-up outlives an outage of an hour', ['WAKE_RECEIVES', 'WAKE_VISIBILITY_MS'], () =>
  expect(3_600_000).toBeLessThan(times.WAKE_RECEIVES * times.WAKE_VISIBILITY_MS),
)
related(
  'no queue drops a message before its last receive',
  ['RETENTION_MS', 'WORK_RECEIVES', 'WAKE_RECEIVES', 'INGEST_RECEIVES'],
  () => {
    const longestWork_ms = times.LAMBDA_LONGEST_MS + times.WORK_COMES_BACK_MS
    expect(times.WORK_RECEIVES * longestWork_ms).toBeLessThan(times.RETENTION_MS)
    expect(times.WAKE_RECEIVES * times.WAKE_VISIBILITY_MS).toBeLessThan(times.RETENTION_MS)
    expect(times.INGEST_RECEIVES * times.INGEST_VISIBILITY_MS).toBeLessThan(times.RETENTION_MS)
  },
)
related(
  'a stranded shard that is visited is not taken for an empty one',
  ['STRANDED_EMPTY_MS', 'STRANDED_NOTED_EVERY_MS'],
  () =>
    expect(2 * times.STRANDED_NOTED_EVERY_MS + times.SWEEP_EVERY_MS).toBeLessThan(times.STRANDED_EMPTY_MS),
)
related(
  'a queue that is removed and comes back does not inherit the day of before',
  ['STRANDED_EMPTY_MS', 'UNKNOWN_FOR_MS'],
  () => expect(times.STRANDED_EMPTY_MS).toBeLessThan(times.UNKNOWN_FOR_MS),
)
related(
  'no state item goes while its shard is stranded, or an attempt of its last pass goes on',
  ['STATE_KEPT_MS', 'UNKNOWN_FOR_MS'],
  () => {
    expect(2 * times.UNKNOWN_FOR_MS).toBeLessThan(times.STATE_KEPT_MS)
    expect(times.LAMBDA_LONGEST_MS).toBeLessThan(times.STATE_KEPT_MS)
  },
)
related('no letter goes before the messages that tell of it', ['LETTER_KEPT_MS', 'RETENTION_MS'], () =>
  expect(times.RETENTION_MS).toBeLessThan(times.LETTER_KEPT_MS),
)
related(
  'no operator whose clock is wrong moves a job that runs',
  ['SURELY_OVER_MS', 'LAMBDA_LONGEST_MS'],
  () => expect(2 * times.LAMBDA_LONGEST_MS).toBeLessThan(times.SURELY_OVER_MS),
)
related('an operator’s call is over before anybody thinks that it hangs', ['ROOM_PAUSE_MS'], () => {
  const pauses = Array.from({ length: MAX_WAITS }, (_, waits) => times.ROOM_PAUSE_MS * 2 ** waits)
  expect(sum(pauses)).toBeLessThan(10_000)
})

relateGrants(related)
relatePayloads(related)
relateFirings(related, LONGEST_CALL_MS)

test('no duration stands there that nothing is said about', () => {
  expect(Object.keys(times).filter((name) => !RELATED.has(name))).toEqual([])
})
