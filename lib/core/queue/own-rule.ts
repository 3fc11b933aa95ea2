/**
 * A rule that a queue has beside that of its partitions, for its rate or for its batches. What it says of a job stands in the
 * job's lane, and so does the rule: `crm|acme|+batch.crm:payload.list=7+rate.crm:payload.region=eu`. So another rule makes
 * other lanes, and functions of a deploy's two configurations leave each other's alone.
 */
import { InvalidJobError } from '../errors.ts'
import { type Lane, type LanePart, partsOfLane } from '../limits/lane.ts'
import { type LimiterName, type OwnRuleKind, ruledNamed } from '../limits/limiter-name.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { encodePartition } from '../text/partition-value.ts'
import { type PartitionRule, partitionOf } from './partition.ts'

export interface OwnRule {
  readonly kind: OwnRuleKind
  /** The queue and the rule, as lanes have them: `crm:payload.region`. */
  readonly key: string
  readonly rule: PartitionRule
}

export const ownRule = (kind: OwnRuleKind, queue: string, rule: PartitionRule): OwnRule => ({
  kind,
  key: `${queue}:${textOf(rule)}`,
  rule,
})

/** What a rule looks at, in the order in which it does. */
export const textOf = ({ task, source, keys }: PartitionRule): string =>
  [...(task ? ['task'] : []), ...keys.map((key) => `${source}.${key}`)].map(encodeRule).join(',')

/** `=` ends a rule, `,` parts its values, and `|` and `+` parts of the key of a lane. */
const encodeRule = (text: string): string =>
  encodePartition(text).replaceAll('+', '%2B').replaceAll('=', '%3D').replaceAll(',', '%2C')

/** A job, as far as a rule may ask for it. */
export interface Ruled {
  /** Without it, nothing is known but where the job lies. */
  readonly task?: string
  /** Absent if it is kept outside of the job's item. */
  readonly payload?: unknown
  readonly meta?: unknown
}

const MEANT = { rate: 'the rate of its queue goes', batch: 'the batches of its queue go' } as const

/** @param lane where the job lies: whoever put it there knew its payload */
export function partByRule(
  own: OwnRule,
  { task, payload, meta }: Ruled,
  lane: Lane | undefined,
): Parsed<LanePart> {
  const isHidden = task === undefined || (own.rule.source === 'payload' && payload === undefined)
  if (isHidden) return writtenIn(own, lane)
  try {
    const value = partitionOf(own.rule, { task, payload, meta }, `${MEANT[own.kind]} by it`)
    return parsed(partOfValue(own, value))
  } catch (error) {
    if (!(error instanceof InvalidJobError)) throw error
    return refused(error.message)
  }
}

function writtenIn(own: OwnRule, lane: Lane | undefined): Parsed<LanePart> {
  const parts = lane === undefined ? undefined : partsOfLane(lane)
  const part = parts?.ok ? parts.value.find(({ limiter }) => isOfRule(own, limiter)) : undefined
  if (part) return parsed(part)
  return refused(
    `${MEANT[own.kind]} by a payload that is kept outside of the item, and its pk does not say the value: put it back ` +
      `(redrive) or enqueue it with a client, or end its pk with +${own.kind}.${own.key}=<value>`,
  )
}

export const isOfRule = ({ kind, key }: OwnRule, name: LimiterName): boolean =>
  name.startsWith(ruledNamed(kind, key, ''))

/**
 * Of a job of which only the value is known.
 * @param value as in the key of a partition
 */
export const partOfValue = ({ kind, key }: OwnRule, value: string): LanePart => ({
  limiter: ruledNamed(kind, key, value),
  weight: 1,
})
