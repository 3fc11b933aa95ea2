/** How full a queue and its partition are, for people. */
import type { SizeLimit } from '../job/counted.ts'
import type { LimitInForce } from '../limits/queue-size.ts'
import { noteOf } from './paused-by.ts'
import { noteText } from './reason-text.ts'
import { type Said, saidOf } from './said.ts'

export interface SizeUse {
  /** Jobs that count: put and not yet ended. */
  readonly size: number
  /** `maxQueueSize`: with so many, or more, `enqueue` is refused. */
  readonly max: number
  /** Somebody has set this maximum at run time, in place of the configured one. */
  readonly set?: Said
  /** Nobody can read what is set, so every job is refused. */
  readonly problem?: string
}

/** Of a queue that has `maxQueueSize`. */
export interface SizesSeen {
  readonly queue?: SizeUse
  readonly partition?: SizeUse
}

export function sizeUse(size: number, configured: SizeLimit, inForce: LimitInForce): SizeUse {
  if (inForce.kind === 'unknown') return { size, max: configured.max, problem: inForce.problem }
  const { max, set } = inForce.limit
  return { size, max, ...(set?.max === undefined ? {} : { set: saidOf(set) }) }
}

/** Which of the two refuse jobs: `queue full 1000/1000`. */
export const fullTexts = (sizes: SizesSeen = {}): string[] =>
  (['queue', 'partition'] as const).flatMap((scope) => {
    const use = sizes[scope]
    return use ? fullText(scope, use) : []
  })

function fullText(scope: keyof SizesSeen, { size, max, set, problem }: SizeUse): string[] {
  if (problem !== undefined)
    return [`enqueue is refused, for nobody can read which maximum is set for the ${scope}: ${problem}`]
  if (size < max) return []
  const who = set ? `, set${noteText(noteOf(set))}` : ''
  return [`${scope} full ${size}/${max}: enqueue is refused${who}`]
}
