/** Ways in which a queue could be fuller than it may be, or its number drift from the jobs that are there. */
import type { TestedMutant } from './mutant.ts'

const DYNAMO = 'lib/adapters/dynamodb/sizes.ts'
const CONTRACT = 'test/contract/store-dynoxide.test.ts'
const CORE = 'lib/core/limits/queue-size.ts'
const CORE_TEST = 'test/unit/core/queue-size.test.ts'
const SIZED = 'test/unit/use-cases/enqueue-sized.test.ts'
const LIFE = 'test/unit/use-cases/sized-life.test.ts'
const RECOUNT = 'test/unit/use-cases/recount.test.ts'

export const SIZE_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a job is put although its part has filled up since it was read',
    file: DYNAMO,
    find: 'if (found) hasRoom(update, found)',
    replace: 'if (found && found.most < 0) hasRoom(update, found)',
    breaks: 'simultaneous puts fill a queue beyond its limit',
    tests: [CONTRACT],
  },
  {
    name: 'a part takes one job too many',
    file: DYNAMO,
    find: 'atMost(expression, most - 1)',
    replace: 'atMost(expression, most)',
    breaks: 'each part has one job more than it may have',
    tests: [CONTRACT],
  },
  {
    name: 'other parts are not looked at while one has more than its bound',
    file: DYNAMO,
    find: 'return [...changes, ...checks]',
    replace: 'return [...changes, ...checks.slice(checks.length)]',
    breaks: 'after a limit was lowered simultaneous puts go beyond it',
    tests: [CONTRACT],
  },
  {
    name: 'a job that is done is not counted off',
    file: 'lib/adapters/dynamodb/jobs.ts',
    find: 'const sizes = sizeChanges(database, [item], [])',
    replace: 'const sizes = sizeChanges(database, [], [])',
    breaks: 'a queue is full of jobs that have ended',
    tests: [CONTRACT],
  },
  {
    name: 'a dead letter is not counted off',
    file: 'lib/adapters/dynamodb/jobs.ts',
    find: '...sizeChanges(database, [item], [])]',
    replace: '...sizeChanges(database, [], [])]',
    breaks: 'a queue is full of jobs that have died',
    tests: [CONTRACT],
  },
  {
    name: 'a job that comes back from the dead letters is not counted',
    file: 'lib/adapters/dynamodb/history.ts',
    find: '...sizeChanges(database, [], [job])]',
    replace: '...sizeChanges(database, [], [])]',
    breaks: 'a queue has more jobs than it says, and at its end each is counted off once more',
    tests: [CONTRACT],
  },
  {
    name: 'a job that is moved still counts where it was',
    file: 'lib/adapters/dynamodb/job-moves.ts',
    find: '...sizeChanges(database, [item], put)',
    replace: '...sizeChanges(database, [], put)',
    breaks: 'a queue is full of jobs that were moved out of it',
    tests: [CONTRACT],
  },
  {
    name: 'jobs that expire or are cancelled are not counted off',
    file: 'lib/adapters/dynamodb/job-ends.ts',
    find: 'burials.map(({ item }) => item),',
    replace: 'burials.slice(burials.length).map(({ item }) => item),',
    breaks: 'a queue is full of jobs that were cancelled',
    tests: [CONTRACT],
  },
  {
    name: 'a job is told that there is no room before it is looked for',
    file: 'lib/use-cases/enqueue-sized.ts',
    find: 'if (found.full && !mayBeThere(job)) throw found.full',
    replace: 'if (found.full) throw found.full',
    breaks: 'who repeats a call with an idempotency key is told that the job was refused',
    tests: [SIZED],
  },
  {
    name: 'a full part is not looked beyond',
    file: CORE,
    find: '.filter(({ free }) => free > 0)',
    replace: '.slice(0, 1).filter(({ free }) => free > 0)',
    breaks: 'a queue refuses jobs although it has room in another part',
    tests: [CORE_TEST],
  },
  {
    name: 'parts beyond their bounds are taken for ordinary ones',
    file: CORE,
    find: 'room: isStrained(max, counts) ?',
    replace: 'room: max < 0 && isStrained(max, counts) ?',
    breaks: 'after a limit was lowered the parts fill up to their bounds beside what other parts have',
    tests: [CORE_TEST, SIZED],
  },
  {
    name: 'the size of a queue is not asked',
    file: CORE,
    find: 'if (size >= max) return { size }',
    replace: 'if (size < 0) return { size }',
    breaks: 'after a limit was lowered jobs are put although more are there than it allows',
    tests: [CORE_TEST],
  },
  {
    name: 'a job that is put back says where it counted before',
    file: 'lib/core/job/requeue.ts',
    find: 'countedAnyway(queue, { ...item,',
    replace: 'countedAnyway({}, { ...item,',
    breaks: 'jobs that are put back or moved count nowhere, and leave room for more than there may be',
    tests: [LIFE],
  },
  {
    name: 'the job of an event does not count',
    file: 'lib/use-cases/ingest.ts',
    find: 'const item = queue ? countedAnyway(queue, placed.value.item) : placed.value.item',
    replace: 'const item = queue ? placed.value.item : placed.value.item',
    breaks: 'events fill a queue, and enqueue fills it once more',
    tests: [LIFE],
  },
  {
    name: 'a recount takes jobs that were put meanwhile for lost',
    file: CORE,
    find: 'now.jobs - (now.puts - before.puts) - counted.items',
    replace: 'now.jobs - counted.items',
    breaks: 'after a recount a queue has more jobs than it says',
    tests: [RECOUNT],
  },
  {
    name: 'a recount writes over what others have counted meanwhile',
    file: 'lib/adapters/dynamodb/recount.ts',
    find: 'update.condition(same(path, asRead.jobs)).condition(same(puts, asRead.puts))',
    replace: 'update.condition(same(puts, asRead.puts))',
    breaks: 'a job that ends during a recount is never counted off',
    tests: [CONTRACT],
  },
  {
    name: 'a recount takes what is moved to a place behind it for lost',
    file: 'lib/core/job/counted.ts',
    find: 'taken.some((one) => isBehind(item, one)) ? 0 : 1',
    replace: 'taken.some((one) => isBehind(item, one) || true) ? 0 : 1',
    breaks: 'a queue has more jobs than it may have, for a job that is there counts no more',
    tests: ['test/unit/use-cases/recount.test.ts'],
  },
  {
    name: 'a recount counts a job twice that is tried again',
    file: 'lib/use-cases/operate/recount.ts',
    find: '(met.has(name) ? 0 : 1)',
    replace: '(met.has(name) ? 1 : 1)',
    breaks: 'a queue is full before it has as many jobs as it may have',
    tests: ['test/unit/use-cases/recount.test.ts'],
  },
]
