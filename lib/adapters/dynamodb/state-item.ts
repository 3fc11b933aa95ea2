/** The state item of a shard as it stands in the State table. */
import * as z from 'zod'
import { DamagedStateError } from '../../core/errors.ts'
import { type Priority, parseJobId, parseSortKey, type ShardKey, type SortKey } from '../../core/keys.ts'
import { derivedLimitSchema } from '../../core/limits/app-rate.ts'
import { KEPT_FOR_NEXT } from '../../core/limits/kept-for-next.ts'
import { overrideSchema } from '../../core/limits/limits.ts'
import { slowDownSchema } from '../../core/limits/slow-down.ts'
import type { ShardState, Slots, Token } from '../../core/shard/state.ts'
import { isValidInstant } from '../../core/text/instant.ts'
import { describeIssues } from '../../core/text/issues.ts'
import {
  areBorrowers,
  borrowedFromSchema,
  borrowedSchema,
  lineSchema,
  loansSchema,
  toBooks,
  toBorrowed,
  toBorrowedFrom,
} from './books-item.ts'
import { fromItem, type Item } from './database.ts'
import { toOutcomes } from './outcomes-item.ts'

const isSortKey = (key: unknown): key is SortKey => typeof key === 'string' && parseSortKey(key).ok

const slotBase = {
  token: z
    .string()
    .min(1)
    .transform((token) => token as Token),
  priority: z
    .int()
    .min(0)
    .max(9)
    .transform((priority) => priority as Priority),
  runAt: z.number().refine(isValidInstant, 'is no time'),
  size_kb: z.number().optional(),
  fresh: z.literal(true).optional(),
  alone: z.literal(true).optional(),
  others: z.array(z.custom<SortKey>(isSortKey, 'is no sort key')).optional(),
}
const slotSchema = z.union([
  z.object({ ...slotBase, deadline: z.number(), shared: z.literal(true).optional() }),
  z.object({ ...slotBase, sentAt: z.number(), startBy: z.number().optional() }),
])
const grantSchema = z.object({
  at: z.number(),
  until: z.number(),
  keys: z.record(z.string(), z.tuple([z.string().min(1), z.int().min(1)])),
  cost: z.int().min(1).optional(),
})
/** Nothing depends on these notes: if somebody spoils them, they are gone, and that is all. */
const heldSchema = z
  .array(z.object({ since: z.number(), by: z.string().optional() }))
  .optional()
  .catch(undefined)
const stateSchema = z.object({
  pk: z.string(),
  version: z.int().optional(),
  slots: z
    .record(
      z.string().refine((id) => parseJobId(id).ok, 'is no job id'),
      slotSchema,
    )
    .optional(),
  window: z.record(z.string(), z.number()).optional(),
  waiting: z.boolean().default(false),
  waitingAmid: z.literal(true).optional(),
  dueAt: z.number().optional(),
  dueShard: z.string().optional(),
  loans: loansSchema.optional(),
  line: lineSchema.optional(),
  borrowed: borrowedSchema.optional(),
  borrowedFrom: borrowedFromSchema.optional(),
  keepsNext: z.enum(KEPT_FOR_NEXT).optional(),
  granted: grantSchema.optional(),
  override: z.unknown().optional(),
  held: heldSchema,
  slowed: slowDownSchema.optional(),
  derived: derivedLimitSchema.optional(),
  adaptive: z
    .object({ last: z.string().regex(/^[01]*$/), stretch: z.number().min(1), since: z.number() })
    .optional(),
  okCount: z.number().optional(),
  failedCount: z.number().optional(),
  passedBy: z.string().optional(),
  expiresAt: z.number().optional(),
  strandedSince: z.number().optional(),
})

/** Two maps that come together. If somebody took one away, the other is not thrown away with it. */
const wholeSchema = stateSchema
  .refine(
    ({ slots, window }) => (slots === undefined) === (window === undefined),
    'slots or window is missing: put an empty map in its place',
  )
  .refine(
    ({ loans, line }) => (loans === undefined) === (line === undefined),
    'loans or line is missing: put a map with empty maps "slots" and "starts" in its place',
  )
  .refine(
    ({ pk, loans, line }) => areBorrowers(pk, loans, line),
    'loans or line names what is no shard that borrows here',
  )

export function toState(item: Item): ShardState {
  const state = wholeSchema.safeParse(fromItem(item))
  if (!state.success) {
    const problems = describeIssues(state.error)
    throw new DamagedStateError(
      `the state item ${JSON.stringify(item['pk']?.S)} is damaged (${problems}): mend or delete it`,
      item['pk']?.S,
    )
  }
  const { pk, slots, window, waiting, loans, line, borrowed, borrowedFrom, override, ...others } = state.data
  const { okCount, failedCount, ...rest } = others
  return {
    shard: pk as ShardKey,
    initialised: slots !== undefined && window !== undefined,
    slots: (slots ?? {}) as Slots,
    window: window ?? {},
    waiting,
    ...present(rest),
    ...toOutcomes(okCount, failedCount),
    ...toBooks(loans, line),
    ...toBorrowed(borrowed),
    ...toBorrowedFrom(borrowedFrom),
    ...toOverride(override),
  }
}

/** People write overrides by hand. One that makes no sense stops the shard, lest it runs beyond what was meant. */
export function toOverride(value: unknown): Pick<ShardState, 'override' | 'overrideProblem'> {
  if (value === undefined || value === null) return {}
  const override = overrideSchema.safeParse(value)
  if (override.success) return { override: override.data }
  return { overrideProblem: describeIssues(override.error) }
}

/** Members that are `undefined` are left out. */
const present = <T extends object>(members: T) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
