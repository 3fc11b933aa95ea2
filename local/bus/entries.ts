/** PutEvents requests, checked as EventBridge checks them. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { ACCOUNT } from '../assembly.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'
import { isoSeconds } from '../sources/schedule.ts'

const MAX_ENTRIES = 10
const MAX_BYTES = 1024 * 1024

const Request = z.object({
  Entries: z
    .array(
      z.object({
        Source: z.string().optional(),
        DetailType: z.string().optional(),
        Detail: z.string().optional(),
        EventBusName: z.string().optional(),
        Resources: z.array(z.string()).optional(),
        Time: z.union([z.number(), z.string()]).optional(),
      }),
    )
    .min(1)
    .max(MAX_ENTRIES),
})
type Entry = z.infer<typeof Request>['Entries'][number]

export interface Accepted {
  bus: string
  event: JsonObject & { id: string }
}
export interface Refused {
  ErrorCode: string
  ErrorMessage: string
}

/** The whole request is refused: nothing of it was accepted. */
export class ValidationException extends Error {
  override name = 'ValidationException'
}

/** Checks a PutEvents request as EventBridge does: each entry is accepted or refused by itself. */
export function readEntries(body: unknown, region: string, now_ms: number): (Accepted | Refused)[] {
  const request = Request.safeParse(body)
  if (!request.success) throw new ValidationException(z.prettifyError(request.error))
  const { Entries } = request.data
  if (Buffer.byteLength(JSON.stringify(Entries)) > MAX_BYTES) {
    throw new ValidationException('Total size of the entries in the request is over the limit.')
  }
  return Entries.map((entry) => readEntry(entry, region, now_ms))
}

function readEntry(entry: Entry, region: string, now_ms: number): Accepted | Refused {
  for (const field of ['Source', 'DetailType', 'Detail'] as const) {
    if (!entry[field]) return missing(field)
  }
  const detail = parseObject(entry.Detail ?? '')
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
  // A bus may be named by its ARN.
  const bus = entry.EventBusName?.split('/').at(-1) ?? 'default'
  return { bus, event: envelope(entry, detail, region, now_ms) }
}

function missing(field: string): Refused {
  const ErrorMessage = `Parameter ${field} is not valid. Reason: ${field} is a required argument.`
  return { ErrorCode: 'InvalidArgument', ErrorMessage }
}

function envelope(entry: Entry, detail: JsonObject, region: string, now_ms: number): Accepted['event'] {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': entry.DetailType ?? '',
    source: entry.Source ?? '',
    account: ACCOUNT,
    time: isoSeconds(timeOf(entry.Time) ?? now_ms),
    region,
    resources: entry.Resources ?? [],
    detail,
  }
}

/** Seconds since 1970 as the SDKs send it, or a date as text. */
function timeOf(time: Entry['Time']): number | undefined {
  const time_ms = typeof time === 'number' ? time * 1000 : Date.parse(time ?? '')
  return Number.isNaN(time_ms) ? undefined : time_ms
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: Json = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
