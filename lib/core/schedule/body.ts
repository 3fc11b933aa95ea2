/** A schedule as somebody asks for it, and what of that can be judged whatever the configuration says. */
import { storable } from '../job/payload.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { parseOptions } from './options-input.ts'
import { parseRule } from './rule-input.ts'
import type { Schedule } from './schedule.ts'

export interface Asked {
  readonly task: string
  readonly name: string
  readonly queue: string
  readonly rule: unknown
  readonly payload: unknown
  readonly options: unknown
  readonly declared?: true
}

/** A payload that is kept elsewhere is kept for a limited time, and a schedule is not. */
const MAX_PAYLOAD_BYTES = 4096

type Body = Pick<Schedule, 'rule' | 'payload' | 'options'>

/** `now`: from when an interval counts, unless it is aligned. */
export function bodyOf({ rule: asked, payload, options }: Asked, now: number): Parsed<Body> {
  const rule = parseRule(asked, now)
  if (!rule.ok) return rule
  const settings = parseOptions(options, rule.value)
  if (!settings.ok) return settings
  const kept = storable(payload, 'payload')
  if (!kept.ok) return kept
  const bytes = Buffer.byteLength(JSON.stringify(kept.value))
  if (bytes > MAX_PAYLOAD_BYTES)
    return refused(
      `the payload of a schedule has ${bytes} bytes as JSON, ${MAX_PAYLOAD_BYTES} are the most: store it elsewhere and schedule its address`,
    )
  return parsed({ rule: rule.value, payload: kept.value, options: settings.value })
}
