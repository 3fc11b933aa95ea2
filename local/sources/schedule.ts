/** Scheduled rules. */
import { randomUUID } from 'node:crypto'
import { ACCOUNT } from '../assembly.ts'
import { sleep } from '../async.ts'
import type { Json } from '../json.ts'
import type { Rule } from '../resources/rules.ts'

/** Fires a rule at every full period of the wall clock, so a minute's rate at every full minute. */
export async function runSchedule(period_ms: number, fire: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const next_ms = Math.floor(Date.now() / period_ms + 1) * period_ms
    await sleepUntil(next_ms, signal)
    if (!signal.aborted) fire()
  }
}

/** Timers may fire a touch early, which would make a period fire twice. */
async function sleepUntil(time_ms: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && Date.now() < time_ms) await sleep(time_ms - Date.now(), signal)
}

/** The event that a scheduled rule gives its targets. */
export function scheduledEvent(rule: Rule, region: string, now_ms: number): Json {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT,
    time: isoSeconds(now_ms),
    region,
    resources: [rule.arn],
    detail: {},
  }
}

/** EventBridge gives times to the second. */
export function isoSeconds(time_ms: number): string {
  return new Date(time_ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
