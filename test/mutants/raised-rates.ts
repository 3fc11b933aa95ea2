/** Ways in which a shared rate that was raised could miss those who wait, or let too many start before the others. */
import type { TestedMutant } from './mutant.ts'

const ROOM = 'lib/core/limits/room-between.ts'
const GRANTING = 'lib/core/limits/granting.ts'
const RULES = ['test/unit/core/limits/room-between.test.ts'] as const
const LIVED = ['test/unit/use-cases/rates-raised.test.ts'] as const

export const RAISED_RATES_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a shard that waits for long asks for nothing before',
    file: 'lib/use-cases/lending/grants.ts',
    find: 'if (waiting?.ahead && !isFarAhead(waiting.ahead, context.clock.now())) return waiting',
    replace: 'if (waiting) return waiting',
    breaks: 'a rate that is raised from 1 to 100 an hour is the old one for hours',
    tests: LIVED,
  },
  {
    name: 'nobody is woken who waits for a rate that is raised',
    file: 'lib/use-cases/operate/set-limiter.ts',
    find: 'if (isRaised()) await',
    replace: 'if (!isRaised()) await',
    breaks: 'it takes a sweep until they start',
    tests: LIVED,
  },
  {
    name: 'no lane is woken that waits for a rate by cost which is raised',
    file: 'lib/use-cases/operate/set-limits.ts',
    find: 'queue.costs && noted.isRaised()',
    replace: 'queue.costs && !noted.isRaised()',
    breaks: 'it takes a sweep until they start',
    tests: LIVED,
  },
  {
    name: 'a start that comes between others is counted when it may be made first, and not with those after it',
    file: ROOM,
    find: '[from, ...later.map((span) => span.from)].every(',
    replace: '[from, ...later.slice(later.length).map((span) => span.from)].every(',
    breaks: 'more start in a window than the rate allows',
    tests: RULES,
  },
  {
    name: 'a start that comes between others is made as soon as it may be',
    file: ROOM,
    find: 'span.from < until + kept',
    replace: 'span.from < from + kept',
    breaks: 'one that is late starts in one window with too many others',
    tests: RULES,
  },
  {
    name: 'all that others have been granted are made as late as they may be',
    file: ROOM,
    find: 'isSaid ? Number(digits.slice(-LENGTH_DIGITS)) :',
    replace: 'isSaid ? 0 :',
    breaks: 'one that is early starts in one window with too many others',
    tests: RULES,
  },
  {
    name: 'what an older function has granted is made as late as it may be',
    file: ROOM,
    find: ': GRANTED_AT_MOST_MS)',
    replace: ': 0)',
    breaks: 'one that is early starts in one window with too many others',
    tests: RULES,
  },
  {
    name: 'a job that lacks a slot keeps a start that is far off',
    file: GRANTING,
    find: 'return lacksMore ? {',
    replace: 'return lacksMore ? undefined : lacksMore ? {',
    breaks: 'it stands in no line, and looks again in hours',
    tests: RULES,
  },
  {
    name: 'what a visit was granted and no item says stays when it has something better',
    file: GRANTING,
    find: 'ahead === asked.standing ? dropped :',
    replace: 'ahead !== undefined ? dropped :',
    breaks: 'a start is lost to the rate',
    tests: RULES,
  },
]
