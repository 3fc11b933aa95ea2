/**
 * I4: nothing is deleted, moved or buried but what was judged, whoever corrected or replaced the item meanwhile; and what
 * is put in its place for the next attempt is the same job, untouched by its handler.
 */
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { Check } from './check.ts'
import { contentOf } from './content.ts'

const DONE: readonly string[] = ['removed', 'replaced', 'buried']
/** What the product itself changes from one attempt to the next. */
const OWN = ['attempt', 'unknownSince', 'alone']

export const onlyTheJudged: Check = {
  name: 'I4 only what was judged',
  before(event, { truth, fail }) {
    if (event.kind !== 'effect') return
    const { effect } = event
    if (effect.op !== 'remove' && effect.op !== 'replace' && effect.op !== 'bury') return
    if (!DONE.includes(effect.outcome)) return
    const { pk, sk } = effect.key
    const standing = truth.at(pk, sk)
    const isRefusal = effect.op === 'bury' && effect.letter.reason === 'refused'
    const content = isRefusal ? contentOf : ofTheJob
    if (standing && content(standing.item) !== content(effect.key))
      fail(
        `${pk} ${sk} is ${effect.outcome}; judged was ${content(effect.key)}, there is ${content(standing.item)}`,
      )
    if (standing && effect.op === 'replace' && lasting(effect.next) !== lasting(standing.item))
      fail(`${pk} ${sk} goes on as another job: ${lasting(effect.next)}, it was ${lasting(standing.item)}`)
  },
}

const lasting = (item: RawItem): string =>
  contentOf(Object.fromEntries(Object.entries(item).filter(([name]) => !OWN.includes(name))) as RawItem)

/** What its owner keeps beside it may change while it runs. */
const JOB = ['pk', 'sk', 'task', 'payload', 'payloadKey', 'meta', ...OWN]
const ofTheJob = (item: RawItem): string =>
  contentOf(Object.fromEntries(Object.entries(item).filter(([name]) => JOB.includes(name))) as RawItem)
