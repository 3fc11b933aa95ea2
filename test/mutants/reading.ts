/** What a pass reads: more would cost, and less would hide jobs. */
import type { TestedMutant } from './mutant.ts'

const AMID = ['test/unit/use-cases/amid.test.ts'] as const
const READING = ['test/unit/use-cases/reading.test.ts'] as const

export const READS: readonly TestedMutant[] = [
  {
    name: 'more read than can be claimed',
    file: 'lib/core/pass/room.ts',
    find: 'const want = roomFor',
    replace: 'const want = staying.length + roomFor',
    breaks: 'what a pass costs',
    tests: READING,
  },
  {
    name: 'large jobs in flight passed over',
    file: 'lib/core/pass/ranges.ts',
    find: 'sizeOfAll(span) >= UNIT_KB',
    replace: 'sizeOfAll(span) >= 1000 * UNIT_KB',
    breaks: 'what a pass costs',
    tests: READING,
  },
  {
    name: 'one job too few read',
    file: 'lib/core/pass/room.ts',
    find: 'roomFor(staying, input).starts.length * (input.limits.batch?.size ?? 1) + 1',
    replace: 'Math.max(1, roomFor(staying, input).starts.length)',
    breaks: 'a pass does not know whether others wait',
    tests: READING,
  },
  {
    name: 'job given back unsaid',
    file: 'lib/adapters/memory/states.ts',
    find: 'const amid = jobStands ?',
    replace: 'const amid = jobStands && !state.initialised ?',
    breaks: 'a job that was given back goes behind others',
    tests: AMID,
  },
  {
    name: 'closed jobs read by every hand-off',
    file: 'lib/core/pass/ranges.ts',
    find: 'const closed = whole ? [] : closedSpans(slots)',
    replace: 'const closed = whole ? [] : closedSpans(slots.slice(0, 0))',
    breaks: 'what a pass costs',
    tests: AMID,
  },
  {
    name: 'noted for ever that jobs wait amid others',
    file: 'lib/core/pass/amid.ts',
    find: 'return !(reading.whole && closed.every(({ last }) => hasReadTo(last)))',
    replace: 'return !(reading.whole && closed.every(({ last }) => hasReadTo(last) && last === undefined))',
    breaks: 'what a pass costs',
    tests: AMID,
  },
  {
    name: 'late job overtaken by a pass under way',
    file: 'lib/core/pass/decide.ts',
    find: 'isChange(input.state, change) || isOvertaken(amid)',
    replace: 'isChange(input.state, change) || (isOvertaken(amid) && change === undefined)',
    breaks: 'a late job goes behind those that were put before it',
    tests: AMID,
  },
  {
    name: 'hidden job unknown to the sweep',
    file: 'lib/core/shard/left-behind.ts',
    find: 'return !keys.some(isHidden)',
    replace: 'return keys.length >= 0 || !keys.some(isHidden)',
    breaks: 'a late job whose arrival was dropped goes behind others',
    tests: [...AMID, 'test/unit/core/left-behind.test.ts'],
  },
  {
    name: 'twins read without a bound',
    file: 'lib/use-cases/pass/due-jobs.ts',
    find: 'if (found.twins >= MAX_TWINS)',
    replace: 'if (found.twins >= 1000 * MAX_TWINS)',
    breaks: 'each pass reads all of the jobs that bear one id',
    tests: READING,
  },
  {
    name: 'a second look because of twins',
    file: 'lib/use-cases/pass/carry-out.ts',
    find: 'const isFreed = written.waiting && isSlotFreed(state, write, written)',
    replace: 'const isFreed = written.waiting && (isSlotFreed(state, write, written) || true)',
    breaks: 'what a pass costs where jobs wait',
    tests: READING,
  },
  {
    name: 'a page without room for the jobs in flight',
    file: 'lib/use-cases/pass/found-jobs.ts',
    find: 'this.#wanted.want - this.#ids.size + inFlight.length',
    replace: 'Math.max(1, this.#wanted.want - this.#ids.size - inFlight.length)',
    breaks: 'what a pass costs',
    tests: READING,
  },
]
