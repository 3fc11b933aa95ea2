/**
 * A program that makes and changes schedules. In one terminal `SLUICE_APP_CONFIG=examples/schedules/config.ts
 * SLUICE_APP_WORKER=examples/schedules/worker.ts npm run dev`; in another, what that has printed and `npx node examples/schedules/main.ts`.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { createClient, ScheduleFiringError } from '../../lib/index.ts'
import config from './config.ts'
import { remind, report } from './tasks.ts'

function named(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: paste what \`npm run dev\` has printed`)
  return value
}

const client = createClient({
  config,
  jobsTable: named('JOBS_TABLE_NAME'),
  stateTable: named('STATE_TABLE_NAME'),
  historyTable: named('HISTORY_TABLE_NAME'),
  schedulesTable: named('SCHEDULES_TABLE_NAME'),
  wakeQueueUrl: named('WAKE_QUEUE_URL'),
})

// Each second, as if a customer had asked for it.
await client.schedule(report, 'acme', { every: '1s' }, { customer: 'acme' })

// The same name: it is changed. Half past two is skipped by the clocks once a year, and the warnings say so.
const nightly = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' }
const { state, next, warnings } = await client.schedule(
  report,
  'acme',
  nightly,
  { customer: 'acme' },
  { missed: 'all', catchUp: '3d', window: '30m', onFailure: 'wait', force: true },
)
console.log(state, next, warnings)

// One time: in the past, so it fires now.
await client.schedule(remind, 'order-42', { at: '2025-01-31T09:00:00Z' }, { customer: 'acme' })

await client.pauseSchedule(report, 'acme', { by: 'ann@example.com', reason: 'they migrate' })
const { schedules } = await client.listSchedules({ task: report, state: 'paused' })
console.log(schedules.map(({ name, pause }) => `${name} is paused by ${pause?.by}`))
await client.resumeSchedule(report, 'acme')

// Beside its rule.
const { id } = await client.runNow(report, 'acme')
console.log('a job now:', id)

// It fires within moments, and would be taken back if it had not yet.
while ((await client.getSchedule(remind, 'order-42'))?.state === 'active') await wait(200)

try {
  await client.unschedule(remind, 'order-42')
} catch (error) {
  if (!(error instanceof ScheduleFiringError)) throw error
  // Its job is there, and goes on all the same.
  await client.unschedule(remind, 'order-42', { force: true })
}
await client.unschedule(report, 'acme', { force: true })
