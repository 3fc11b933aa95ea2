/** I3: no two runs of one job overlap, and no two of its twins in one shard either: they bear the same id. */
import type { Check } from './check.ts'

export const overlap: Check = {
  name: 'I3 overlap',
  before(event, { truth, fail }) {
    if (event.kind !== 'runStarted') return
    const standing = truth.asRead(event.item)
    for (const run of truth.running) {
      const same = standing !== undefined && run.standing?.lineage === standing.lineage
      const twin = run.pk === event.pk && run.id === event.sk.split('#').slice(2).join('#')
      if (same || twin) fail(`${event.pk} ${event.sk} starts while ${run.sk} still runs`)
    }
  },
}

/** An attempt is one run: a second one would be an attempt that nobody counts. */
export const oneRunAnAttempt: Check = {
  name: 'I4 one run an attempt',
  after(event, { truth, fail }) {
    if (event.kind !== 'runStarted') return
    const runs = truth.asRead(event.item)?.runs.length ?? 0
    if (runs > 1) fail(`attempt ${event.attempt} of ${event.pk} ${event.sk} runs for the ${runs}nd time`)
  },
}

/** A handler does not begin before its job is due, by any clock that there is. */
export const notEarly: Check = {
  name: 'I6 not before it is due',
  before(event, { truth, fail }) {
    if (event.kind !== 'runStarted') return
    const standing = truth.asRead(event.item)
    if (standing && standing.runAt > truth.now + truth.plan.maxSkew_ms)
      fail(`${event.pk} ${event.sk} starts ${standing.runAt - truth.now} ms early`)
  },
}
