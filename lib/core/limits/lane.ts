/**
 * A lane is a shard of a partition for the jobs that the same limiters cover beyond those of their queue: blocked together
 * or not at all. Its key says which: `crm|acme|+pool.gpu*2+rate.crm:payload.region=eu+tag.model=gpt-5`. So whoever sees the key knows what covers its
 * jobs, and how many units each of them uses; no item has to be read for it. And the jobs of a lane may be in one batch: what batches go by, if
 * not by partition, stands there, too.
 */
import { clip } from '../text/clip.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import type { LimiterName } from './limiter-name.ts'

declare const laneBrand: unique symbol
export type Lane = string & { readonly [laneBrand]: true }

/** One of the limiters that a lane names, and how many of its units a job of the lane uses; or the value of its batches. */
export interface LanePart {
  readonly limiter: LimiterName
  readonly weight: number
}

/** With queue and partition it has to fit into a key of 2,048 bytes. */
export const MAX_LANE_LENGTH = 300
/** Of a tag that has a limit. */
export const MAX_TAG_VALUE_LENGTH = 128

export const POOL_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
export const TAG_KEY = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/

const NAME = '[A-Za-z0-9][A-Za-z0-9_-]{0,63}'
const KEY = '[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}'
const POOL_PART = new RegExp(`^(pool)\\.(${NAME})(?:\\*([2-9]|[1-9]\\d{1,3}))?$`)
const TAG_PART = new RegExp(`^(tag)\\.(${KEY}(?:=.+)?)$`, 's')
const EACH_PART = new RegExp(`^(each)\\.(${KEY}=.+)$`, 's')
/** An escape that nobody writes. */
const NOT_CANONICAL = /%(?!25|7C|2B)/
/** The rule and the value of a queue's rate, or of its batches, with no other escapes. */
const RULED_PART = new RegExp(
  `^(rate|batch)\\.(${NAME}:(?:[^%=]|%(?:25|7C|2B|2C|3D))+=(?:[^%]|%(?:25|7C|2B|2C))+)$`,
  's',
)

/** Each set of limiters has one spelling, so that its jobs are in one lane. */
export function laneOfParts(parts: readonly LanePart[]): Parsed<Lane | undefined> {
  if (parts.length === 0) return parsed(undefined)
  const lane = parts.toSorted(byName).map(written).join('') as Lane
  if (lane.length <= MAX_LANE_LENGTH) return parsed(lane)
  return refused(
    `pools, tags, rates and batches make a key of ${lane.length} characters, and it has ${MAX_LANE_LENGTH} at most: shorten names or values`,
  )
}

const byName = (one: LanePart, other: LanePart): number => (one.limiter < other.limiter ? -1 : 1)

const written = ({ limiter, weight }: LanePart): string =>
  `+${limiter.replace('|', '.')}${weight === 1 ? '' : `*${weight}`}`

/** @param lane what stands in a shard's key behind its number, if it has one */
export function partsOfLane(lane: string): Parsed<readonly LanePart[]> {
  const parts: LanePart[] = []
  for (const text of lane.slice(1).split('+')) {
    const part = partOf(text)
    if (!part)
      return refused(`the lane "${clip(lane)}" in pk names no pool, tag, rate or batch with "${clip(text)}"`)
    parts.push(part)
  }
  const names = parts.map(({ limiter }) => limiter)
  const isOrdered = names.every((name, n) => n === 0 || (names[n - 1] ?? '') < name)
  if (lane.startsWith('+') && lane.length <= MAX_LANE_LENGTH && isOrdered) return parsed(parts)
  return refused(`the lane "${clip(lane)}" in pk is not as the client writes it: put the job without it`)
}

function partOf(text: string): LanePart | undefined {
  const [, ruled, of] = RULED_PART.exec(text) ?? []
  if (ruled !== undefined) return { limiter: `${ruled}|${of}` as LimiterName, weight: 1 }
  const [, kind, name, weight = '1'] =
    POOL_PART.exec(text) ?? TAG_PART.exec(text) ?? EACH_PART.exec(text) ?? []
  if (kind === undefined || NOT_CANONICAL.test(text)) return undefined
  return { limiter: `${kind}|${name}` as LimiterName, weight: Number(weight) }
}
