/**
 * I8: once it is on record that a configuration has been replaced, no function that was built with it claims a job; but
 * for one that could not read the record.
 */
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { longestPass } from './limits.ts'

export const replacedDecideNothing: Check = {
  name: 'I8 the replaced decide nothing',
  after(event, { truth, fail }) {
    if (event.kind !== 'effect' || !isWritten(event.effect) || truth.troubled.has(event.by)) return
    const { by, effect } = event
    if (Object.keys(effect.change.take).length === 0) return
    if (!truth.limits.isAllowed(by.version, truth.now - longestPass(truth.plan), truth.now))
      fail(
        `${by.fn}#${by.id} of version ${by.version} claims in ${effect.shard} although that has been replaced`,
      )
  },
}
