/** Lanes: what covers single jobs, and jobs that lie in the wrong place. */
import type { Mutant } from './mutant.ts'

const COVERING = 'lib/core/queue/covering.ts'
const MISPLACED = 'lib/use-cases/pass/misplaced.ts'

export const LANES: readonly Mutant[] = [
  {
    name: 'the first limiter of a lane is forgotten',
    file: COVERING,
    find: 'partsOf(lane).flatMap(({ limiter }) => knownNamed',
    replace: 'partsOf(lane).slice(1).flatMap(({ limiter }) => knownNamed',
    breaks: 'a tag, or a pool that only jobs name',
  },
  {
    name: 'the weight of a lane is forgotten',
    file: 'lib/core/limits/queue-limiter.ts',
    find: 'own?.weight ?? (',
    replace: '(own && 1) ?? (',
    breaks: 'jobs that weigh more use more than the pool has',
  },
  {
    name: 'a job in the wrong lane stays',
    file: 'lib/use-cases/pass/take-away.ts',
    find: 'grouped(unwanted, bounds)',
    replace: 'grouped(unwanted.slice(0, 0), bounds)',
    breaks: 'nobody runs what was put past its lane',
  },
  {
    name: 'a job is moved to a wrong lane',
    file: MISPLACED,
    find: 'const lane = laneOf(config, shard, job)',
    replace: 'const lane = laneOf(config, shard, { ...job, tags: undefined })',
    breaks: 'it is moved for ever',
  },
  {
    name: 'a move overwrites what is there',
    file: 'lib/adapters/memory/job-lanes.ts',
    find: 'next && tables.jobs.get(next.pk)?.has(next.sk)',
    replace: 'next && tables.jobs.get(next.pk)?.has(`-$' + '{next.sk}`)',
    breaks: 'a twin is lost',
  },
]
