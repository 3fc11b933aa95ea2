/** Several jobs that are one attempt. */
import type { Mutant } from './mutant.ts'

const BATCHES = 'lib/core/pass/batches.ts'

export const BATCH_MUTANTS: readonly Mutant[] = [
  {
    name: 'of a batch only the first job is in flight',
    file: 'lib/core/shard/in-flight.ts',
    find: '[[id as JobId, withoutOthers(slot)], ...othersOf(slot)]',
    replace: '[[id as JobId, withoutOthers(slot)], ...othersOf(slot).slice(0, 0)]',
    breaks: 'the others are claimed again while they run',
  },
  {
    name: 'of a dead batch only the first job is recovered',
    file: 'lib/use-cases/pass/recover.ts',
    find: 'forEachSideBySide(keysOfSlot(slot), SIDE_BY_SIDE,',
    replace: 'forEachSideBySide(keysOfSlot(slot).slice(0, 1), SIDE_BY_SIDE,',
    breaks: 'the attempts of the others are made twice',
  },
  {
    name: 'a batch has one job too many',
    file: BATCHES,
    find: 'group.length >= size',
    replace: 'group.length > size',
    breaks: 'a handler gets more than its queue says',
  },
  {
    name: 'a batch that is not full never starts',
    file: BATCHES,
    find: 'const isPartial = last.length > 0 && !isFull(last, rule) && partialUntil > now',
    replace: 'const isPartial = last.length > 0 && !isFull(last, rule) && (partialUntil > now || now > 0)',
    breaks: 'the last jobs of a backlog wait for ever',
  },
  {
    name: 'nobody looks when a batch has waited for long enough',
    file: 'lib/core/pass/looks.ts',
    find: "if (hold.reason === 'batch') add(hold.until,",
    replace: "if (hold.reason === 'batch') add(input.now < 0 ? hold.until : undefined,",
    breaks: 'the last jobs of a backlog wait for the sweep',
  },
  {
    name: 'all jobs are of one key',
    file: 'lib/core/queue/own-rule.ts',
    find: 'return parsed(partOfValue(own, value))',
    replace: "return parsed(partOfValue(own, own.kind === 'batch' ? 'x' : value))",
    breaks: 'a handler gets jobs of several keys in one call',
  },
  {
    name: 'the start of a batch reads only its first job',
    file: 'lib/use-cases/attempt/start.ts',
    find: 'slots[id]?.others ?? []',
    replace: 'slots[id]?.others?.slice(0, 0) ?? []',
    breaks: 'the others stand where nobody looks, and are never called',
  },
]
