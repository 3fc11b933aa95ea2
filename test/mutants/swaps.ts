/** Ways in which a debounced job could lose a payload or run one twice, and a key could be lost or had by two. */
import type { TestedMutant } from './mutant.ts'

const USE = 'lib/use-cases/enqueue-colliding.ts'
const RULE = 'lib/core/job/collision.ts'
const SWAP = 'lib/adapters/dynamodb/swap.ts'
const DYNAMO = 'lib/adapters/dynamodb/unique.ts'
const CONTRACT = 'test/contract/store-dynoxide.test.ts'
const DEBOUNCE = 'test/unit/use-cases/debounce.test.ts'
const SIZED = 'test/unit/use-cases/debounce-sized.test.ts'
const CORE = 'test/unit/core/collision.test.ts'
const CLAIM = 'test/unit/use-cases/claim-key.test.ts'
const EVENTS = 'test/unit/use-cases/ingest.test.ts'

export const SWAP_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a swap fails at nothing but its own job',
    file: SWAP,
    find: 'countsAsPass(database, state, expiresAt),',
    replace: 'countsAsPass(database, { shard: `$' + '{state.shard}|x` as typeof state.shard }, expiresAt),',
    breaks: 'a job that a pass has claimed runs with its old payload, and again with the new one',
    tests: [CONTRACT],
  },
  {
    name: 'a swap takes the lock of whoever has it',
    file: SWAP,
    find: 'putOverOwn(database, lock, item),',
    replace: 'putOverOwn(database, lock, item),\n  ].slice(0, 3)\n  void [',
    breaks: 'two jobs wait under one key',
    tests: [CONTRACT],
  },
  {
    name: 'a swap is not marked',
    file: RULE,
    find: 'lock: { ...lockOfNext(lock, next, collision.at), ',
    replace: 'lock: { ...lockOfNext({ pk: lock.pk, sk: lock.sk }, next, collision.at), ',
    breaks: 'a call whose reply was lost makes a second job',
    tests: [CORE],
  },
  {
    name: 'what takes a place counts besides',
    file: SWAP,
    find: '...sizeChanges(database, [item], [next], rooms)]',
    replace: '...sizeChanges(database, [], [next], rooms)]',
    breaks: 'a queue is full of one job that was debounced',
    tests: [CONTRACT],
  },
  {
    name: 'what takes a place counts in another part',
    file: 'lib/core/job/counted.ts',
    find: '(isSamePlace ? partOf(found, scope) : undefined) ?? partOf(next, scope)',
    replace: 'isSamePlace ? partOf(next, scope) : partOf(next, scope)',
    breaks: 'a full queue refuses to replace a job that waits',
    tests: [SIZED],
  },
  {
    name: 'what takes the place of a job that does not count asks for no room',
    file: USE,
    find: 'roomsFor(changesOf([there], [next]), rooms)',
    replace: 'roomsFor(changesOf([there], [next]), rooms).slice(rooms.length)',
    breaks: 'a queue has more jobs than it may have',
    tests: [SIZED],
  },
  {
    name: 'who replaces does not know its own swap',
    file: DYNAMO,
    find: "kind === 'put' ? { kind } : { kind, job: other.job }",
    replace: "kind === 'put' ? { kind } : { kind: 'put' }",
    breaks: 'a caller is told of a job that is not there',
    tests: [CONTRACT],
  },
  {
    name: 'a claimed job counts as one that waits',
    file: USE,
    find: 'const flies = isInFlight(state.slots, its.job.sk)',
    replace: 'const flies = isInFlight(state.slots, its.job.sk) && false',
    breaks: 'a payload takes the place of one that runs',
    tests: [DEBOUNCE],
  },
  {
    name: 'a job that waits to be tried again counts as fresh',
    file: RULE,
    find: '(attempt === undefined || attempt === 1)',
    replace: '(attempt === undefined || attempt !== 1)',
    breaks: 'what has failed is forgotten for what comes later',
    tests: [DEBOUNCE],
  },
  {
    name: 'a key is not taken over from a job that has started',
    file: DYNAMO,
    find: 'if (!found || found.hasStarted || isSameKey(found.job, item))',
    replace: 'if (!found || isSameKey(found.job, item))',
    breaks: 'what comes while a job runs waits for ever to be put',
    tests: [CONTRACT],
  },
  {
    name: 'a debounced job starts whenever nobody comes any more',
    file: RULE,
    find: 'Math.min(collision.at + debounce.wait_ms, since + debounce.max_ms)',
    replace: 'Math.max(collision.at + debounce.wait_ms, since)',
    breaks: '`max` means nothing',
    tests: [CORE],
  },
  {
    name: 'the first of those that are debounced is forgotten',
    file: RULE,
    find: 'const since = its.since ?? collision.at',
    replace: 'const since = collision.at',
    breaks: '`max` counts from the last one',
    tests: [CORE],
  },
  {
    name: 'a stale swap counts as done',
    file: USE,
    find: "return outcome === 'stale' ? { kind: 'busy' }",
    replace: "return outcome === 'occupied' ? { kind: 'busy' }",
    breaks: 'a payload is lost in a race with a claim',
    tests: [DEBOUNCE],
  },
  {
    name: 'the event that comes last counts',
    file: USE,
    find: 'lock.eventAt < its.eventAt',
    replace: 'lock.eventAt > its.eventAt && false',
    breaks: 'an event that comes late, or again, replaces a later one',
    tests: [EVENTS],
  },
  {
    name: 'of many that replace each other the first counts',
    file: 'lib/use-cases/enqueue-once.ts',
    find: "group.findLast(({ collision }) => collision?.onCollision === 'replace')",
    replace: "group.find(({ collision }) => collision?.onCollision === 'replace')",
    breaks: 'the last payload of a call is lost',
    tests: [DEBOUNCE],
  },
  {
    name: 'a letter is put back without its key',
    file: 'lib/use-cases/operate/redrive.ts',
    find: 'store.history.putBack(letter, next, claim.value)',
    replace: 'store.history.putBack(letter, next)',
    breaks: 'a unique job that is put back is not the only one',
    tests: [CLAIM],
  },
  {
    name: 'a job is moved without its key',
    file: 'lib/use-cases/operate/move-job.ts',
    find: '{ job, claim: claim.value }',
    replace: '{ job }',
    breaks: 'a unique job that is moved is not the only one',
    tests: [CLAIM],
  },
  {
    name: 'a job that is moved takes a key that was not its own',
    file: 'lib/use-cases/claim-key.ts',
    find: 'if (from && !(own && isOf((await history.lock(own))?.job, from))) return parsed(undefined)',
    replace: 'void own',
    breaks: 'a raw item that names a key is not moved, for another has that',
    tests: [CLAIM],
  },
  {
    name: 'a letter takes its key over from whoever has it',
    file: DYNAMO,
    find: '  ...isGone(database, job, found),\n]',
    replace: '  ...isGone(database, job, found).slice(1),\n]',
    breaks: 'two jobs have one unique key',
    tests: [CONTRACT],
  },
  {
    name: 'an event of a clock that is ahead is the latest until then',
    file: 'lib/use-cases/ingest.ts',
    find: 'Math.min(at, sentAt + CLOCK_SKEW_MS)',
    replace: 'Math.max(at, 0 * sentAt * CLOCK_SKEW_MS)',
    breaks: 'one event of a wrong clock takes the payloads of all that follow',
    tests: [EVENTS],
  },
]
