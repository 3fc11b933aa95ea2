/** Chunks of a limiter: a move that somebody was faster than, a deploy with other chunks, a limit below what is out, and units where nobody waits. */
import type { TestedMutant } from './mutant.ts'

const CHUNK = 'lib/core/limits/chunk.ts'
const MOVES_TEST = 'test/unit/use-cases/chunk-moves.test.ts'
const MEND = 'lib/use-cases/lending/mend-chunk.ts'
const TEND = 'lib/use-cases/lending/tend-chunk.ts'
const MENDS_TEST = 'test/unit/use-cases/chunk-mends.test.ts'
const REVIVED_TEST = 'test/unit/use-cases/revived-loans.test.ts'
const LOST_TEST = 'test/unit/use-cases/lost-units.test.ts'

export const TESTED_CHUNK_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'capacity moved twice',
    file: 'lib/use-cases/lending/chunk-moves.ts',
    find: 'if (!owner) return undefined\n',
    replace: 'if (!owner) return { owner: giver.owner, root }\n',
    breaks: 'who was too late believes that the units have moved, and asks nobody else',
    tests: [MOVES_TEST],
  },
  {
    name: 'what another has taken counts as come',
    file: 'lib/use-cases/lending/fetch-capacity.ts',
    find: 'units: freeOf(next) - freeOf(capacity)',
    replace: 'units: spare',
    breaks: 'of two that ask a chunk for its last unit one asks nobody else, and waits',
    tests: [MOVES_TEST],
  },
  {
    name: 'a unit that has come to a chunk is owed to the next',
    file: 'lib/use-cases/lending/tend-chunk.ts',
    find: 'lot: NOT_DRAWN }',
    replace: 'lot: seen.chunk.lot }',
    breaks: 'with fewer units than chunks in which shards wait nobody uses any before the sweep',
    tests: [MOVES_TEST],
  },
  {
    name: 'sticky loan forgotten',
    file: 'lib/use-cases/lending/limiter-capacity.ts',
    find: 'if (loan) return at(chunkOfLoan(loan.id))',
    replace: 'if (loan && loan.got < 0) return at(chunkOfLoan(loan.id))',
    breaks: 'a deploy divides a total otherwise, and what was lent before counts twice',
    tests: [MOVES_TEST],
  },
  {
    name: 'beyond the limit chunks lend what they have',
    file: CHUNK,
    find: 'return left < 0 ? Math.min(own, left) : own',
    replace: 'return left < 0 ? Math.max(own, left) : own',
    breaks: 'a total that was lowered or paused',
    tests: [MOVES_TEST],
  },
  {
    name: 'units stay where nobody waits',
    file: 'lib/core/limits/chunk-task.ts',
    find: 'if (own > 0 && to)',
    replace: 'if (own > 0 && to && cap < 0)',
    breaks: 'shards of other chunks wait for them',
    tests: [MOVES_TEST],
  },
  {
    name: 'what the root has not heard of is left to visitors of the chunk',
    file: 'lib/use-cases/lending/fetch-capacity.ts',
    find: 'if (!giver || spare + giver.untold <= 0) return undefined',
    replace: 'if (!giver || spare <= 0) return undefined',
    breaks:
      'whoever moves a unit dies between the two writes: nobody has it, and jobs of other chunks wait for ever',
    tests: [LOST_TEST],
  },
  {
    name: 'what the root has not heard of comes back, and goes to nobody',
    file: 'lib/use-cases/lending/chunk-moves.ts',
    find: 'lendMore(other, units + giver.untold, newLoanId(context))',
    replace: 'lendMore(other, units, newLoanId(context))',
    breaks: 'units that are about to be used lie idle for a round',
    tests: [MOVES_TEST],
  },
  {
    name: 'only shards of the own chunk are asked for what they have forgotten',
    file: 'lib/use-cases/lending/collect-elsewhere.ts',
    find: "own.leaves === 'nothing' ? await someOf(context, capacity) : []",
    replace: '[]',
    breaks: 'a unit lent to a shard that nobody visits is lost, if nobody waits in its chunk',
    tests: [LOST_TEST],
  },
  {
    name: 'what a paused shard was lent stays with it',
    file: 'lib/use-cases/lending/lender.ts',
    find: "capacity.limiter !== undefined && leaves === 'nothing' && isPausedIn(context, name, state)",
    replace: 'false',
    breaks: 'a message is lost, and others wait for a pool until somebody resumes the queue',
    tests: [LOST_TEST],
  },
  {
    name: 'what was paid back in between is taken for lent',
    file: 'lib/use-cases/lending/has-stayed.ts',
    find: 'return idIn((await store.states.read(owner.shard)) ?? {}) === idIn(owner)',
    replace:
      'return idIn((await store.states.read(owner.shard)) ?? {}) === idIn(owner) || idIn(owner) !== undefined',
    breaks: 'a shard and a chunk come to have units that no books know',
    tests: [REVIVED_TEST],
  },
  {
    name: 'more is lent to a chunk than it lacks by now',
    file: MEND,
    find: 'if (short > 0 && !(await hasStayed(context, owner))) return true',
    replace: 'if (short > 0 && !(await hasStayed({ ...context }, root))) return true',
    breaks: 'a chunk that has paid back meanwhile',
    tests: [MENDS_TEST],
  },
  {
    name: 'what a chunk has given back its visitors do not tell',
    file: MEND,
    find: 'if (short <= 0 && untold(was, owner.borrowed?.slots) === 0) return false',
    replace: 'if (short <= 0) return false',
    breaks: 'who moves a unit has died, and shards of that chunk wait for it',
    tests: [MENDS_TEST],
  },
  {
    name: 'a root that is lost is not mended',
    file: MEND,
    find: "if (units === 'stale') {",
    replace: "if (units === 'stale' && number < 0) {",
    breaks: 'somebody has deleted the item of a total by hand, and nothing of it runs any more',
    tests: [MENDS_TEST],
  },
  {
    name: 'the root goes while its chunks are in use',
    file: TEND,
    find: 'if (before.chunk) await touchRoot(context, before.chunk)',
    replace: '',
    breaks: 'a total whose units have not moved for a week',
    tests: [MENDS_TEST],
  },
  {
    name: 'a note that goes is not looked after',
    file: TEND,
    find: 'if (Object.keys(slots.line).length > 0) await noteDemand(context, root, number, demandIn(slots))',
    replace: '',
    breaks: 'who comes to wait meanwhile has seen the note, and nobody sees him',
    tests: [MENDS_TEST],
  },
  {
    name: 'nobody looks into a chunk when limiters are not divided any more',
    file: 'lib/use-cases/lending/limiter-capacity.ts',
    find: 'return hasLoan(chunk.owner) ? chunk : items',
    replace: 'return items',
    breaks: 'a deploy makes a total small while a function lends units of a chunk',
    tests: [MENDS_TEST],
  },
]
