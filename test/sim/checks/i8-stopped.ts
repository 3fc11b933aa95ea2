/**
 * I8: no handler is called for a claim that a message has brought, if the very item that answers to its start says that its partition is
 * paused or slowed down: what was claimed before that goes back.
 */
import type { ShardState } from '../../../lib/core/shard/state.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check } from './check.ts'
import { ownerOf } from './keys.ts'

const keyOf = ({ id }: Invocation, pk: string): string => `${id} ${pk}`

export const stoppedGoBack = (): Check => {
  /** Invocation and shard → the ids of the jobs that it has started in vain, and has not given back yet. */
  const stopped = new Map<string, Set<string>>()
  return {
    name: 'I8 stopped claims',
    after(event, { truth, fail }) {
      if (event.kind === 'over')
        for (const key of stopped.keys()) if (key.startsWith(`${event.by.id} `)) stopped.delete(key)
      if (event.kind === 'attemptStarted') {
        const { by, pk, sk } = event
        const ids = stopped.get(keyOf(by, pk))
        if (ids?.has(sk.slice(sk.lastIndexOf('#') + 1)))
          fail(`${pk} ${sk} begins, and its partition was stopped before its start was written`)
      }
      if (event.kind !== 'effect') return
      const { effect, by } = event
      // It gives its slot back, and may claim the job anew.
      if (effect.op === 'pass' || effect.op === 'release') stopped.delete(keyOf(by, effect.shard))
      if (effect.op !== 'start' || effect.outcome.kind !== 'started') return
      const { shard, claim, outcome } = effect
      if (ownerOf(shard) !== shard || !isStopped(outcome.state, truth.now + 2 * truth.plan.maxSkew_ms)) return
      const key = keyOf(by, shard)
      stopped.set(key, (stopped.get(key) ?? new Set()).add(claim.id))
    },
  }
}

const isStopped = ({ override = {}, slowed }: ShardState, now: number): boolean =>
  override.paused !== undefined || override.concurrency === 0 || (slowed?.until ?? 0) > now
