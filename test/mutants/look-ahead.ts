/** What is read while the end of a job is written. */
import type { TestedMutant } from './mutant.ts'

const FILE = 'lib/use-cases/attempt/look-ahead.ts'
const TESTS = ['test/unit/use-cases/look-ahead.test.ts'] as const
const SERVED = ['test/unit/use-cases/served-seen.test.ts'] as const

export const LOOK_AHEAD_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'nothing is read ahead',
    file: FILE,
    find: '  return state\n',
    replace: '  return state && undefined\n',
    breaks: 'a slot is idle for longer, and each job costs a read more',
    tests: TESTS,
  },
  {
    name: 'who died is judged by what was read ahead',
    file: 'lib/use-cases/pass/round.ts',
    find: 'deadSlots(seen.state, clock.now()).length === 0 ? seen',
    replace: 'deadSlots(seen.state, clock.now()).length >= 0 ? seen',
    breaks: 'an attempt that has begun anew meanwhile is ended as dead, while it runs',
    tests: ['test/unit/use-cases/look-ahead-old.test.ts'],
  },
  {
    name: 'what nobody needs is read ahead',
    file: FILE,
    find: 'if (!othersWait && !isCovered(context, shard)) return undefined',
    replace: 'if (!othersWait && isCovered(context, shard)) return undefined',
    breaks: 'a sparse job costs a read more',
    tests: TESTS,
  },
  {
    name: 'what cannot be read ahead ends the invocation',
    file: FILE,
    find: 'context.store.states.read(shard).catch(() => undefined)',
    replace: 'context.store.states.read(shard)',
    breaks: 'a job has ended, and its slot stays taken until the deadline',
    tests: TESTS,
  },
  {
    name: 'a record of deployments that cannot be read ahead ends the invocation',
    file: FILE,
    find: 'context.deployment.isReplaced().catch(() => undefined)',
    replace: 'context.deployment.isReplaced()',
    breaks: 'the same',
    tests: TESTS,
  },
  {
    name: 'a limiter’s item that was read before the shard’s is used',
    file: 'lib/use-cases/pass/limits-and-jobs.ts',
    find: 'readCapacities(context, state, known?.owners)',
    replace: 'readCapacities(context, state, request.seen?.owners)',
    breaks: 'a pass claims by a limit that has been lowered since',
    tests: SERVED,
  },
  {
    name: 'a limiter is read again by the visit of who was served',
    file: 'lib/use-cases/lending/settle.ts',
    find: 'owners: limiter && !chunk ? [owner] : []',
    replace: 'owners: limiter && chunk ? [owner] : []',
    breaks: 'a unit is idle for longer, and each job costs a read more',
    tests: SERVED,
  },
  {
    name: 'whoever is served is read after the pass is written',
    file: 'lib/use-cases/lending/next-seen.ts',
    find: 'if (!capacity.limiter || capacity.chunk) return undefined',
    replace: 'if (capacity.self !== undefined) return undefined',
    breaks: 'a unit is idle for longer',
    tests: SERVED,
  },
]
