/** A queue's partition rule: which of a job's values say whose limit it shares. */
import * as z from 'zod'
import { InvalidJobError } from '../errors.ts'
import { MAX_PARTITION_LENGTH } from '../keys.ts'
import { encodePartition } from '../text/partition-value.ts'

export interface PartitionRule {
  /** The task's name is part of the partition. */
  readonly task: boolean
  readonly source?: 'payload' | 'meta'
  /** Dotted paths into the source. */
  readonly keys: readonly string[]
}

const keys = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1, 'name at least one key')])
  .transform((names) => (typeof names === 'string' ? [names] : names))

/** `'task'`, `{ payload: 'customerId' }`, `{ payload: ['a', 'b'], task: true }` or `{ meta: 'tenant' }`. */
export const partitionSchema = z
  .union(
    [
      z.literal('task').transform(() => ({ task: true as const, payload: undefined, meta: undefined })),
      z.strictObject({ task: z.literal(true).optional(), payload: keys.optional(), meta: keys.optional() }),
    ],
    "a partition rule is 'task', { payload: 'customerId' } or { meta: 'tenant' }",
  )
  .refine((rule) => !(rule.payload && rule.meta), 'partition by payload or by meta, not by both')
  .refine((rule) => rule.task || rule.payload || rule.meta, 'a partition rule needs task, payload or meta')
  .transform(
    (rule): PartitionRule => ({
      task: rule.task === true,
      ...(rule.payload ? { source: 'payload' } : rule.meta ? { source: 'meta' } : {}),
      keys: rule.payload ?? rule.meta ?? [],
    }),
  )

export interface PartitionInput {
  readonly task: string
  readonly payload: unknown
  readonly meta?: unknown
}

/**
 * The partition of a job by its queue's rule, already encoded for a key.
 * @param why a value has to be there
 * @throws InvalidJobError if the job lacks a value that the rule names
 */
export function partitionOf(
  { source = 'payload', ...rule }: PartitionRule,
  job: PartitionInput,
  why = 'the queue is partitioned by it',
): string {
  const values = rule.keys.map((key) =>
    keyText(job[source], key, `${source}.${key} must be a text or a number: ${why}`),
  )
  const parts = [...(rule.task ? [job.task] : []), ...values].map(encodePartition)
  const partition =
    parts.length === 1 ? parts.join('') : parts.map((part) => part.replaceAll(',', '%2C')).join(',')
  return checkedPartition(partition)
}

/** A partition as somebody names it, for a key. */
export function givenPartition(partition: string): string {
  if (typeof partition !== 'string') throw new InvalidJobError('a partition is a text')
  return checkedPartition(encodePartition(partition))
}

export function checkedPartition(partition: string): string {
  if (partition.length === 0) throw new InvalidJobError('the partition is empty: give it a value')
  if (!partition.isWellFormed())
    throw new InvalidJobError('the partition holds half of a character (a lone surrogate)')
  if (partition.length > MAX_PARTITION_LENGTH)
    throw new InvalidJobError(
      `the partition is longer than ${MAX_PARTITION_LENGTH} characters: choose a shorter key`,
    )
  return partition
}

function keyText(source: unknown, key: string, problem: string): string {
  const value = key.split('.').reduce<unknown>(property, source)
  if (typeof value === 'string' && value.length > 0) return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value)
  throw new InvalidJobError(problem)
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
