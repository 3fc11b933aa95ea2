/** I8: once it is on record that a configuration has been replaced, no function that was built with it claims a job. */

import type { Deploy } from '../workloads/versions.ts'
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { longestPass } from './limits.ts'

export const replacedDecideNothing: Check = {
  name: 'I8 the replaced decide nothing',
  after(event, { truth, fail }) {
    if (event.kind !== 'effect' || !isWritten(event.effect)) return
    const { by, effect } = event
    const next: Deploy | undefined = truth.deploys[by.deploy]
    if (!next || Object.keys(effect.change.take).length === 0) return
    const late_ms = truth.now - next.recordedAt - longestPass(truth.plan)
    if (late_ms > 0)
      fail(
        `${by.fn}#${by.id} of deploy ${by.deploy} claims in ${effect.shard} although it was replaced ${late_ms} ms ago`,
      )
  },
}
