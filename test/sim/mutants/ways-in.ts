/** How jobs come in. */
import type { Mutant } from './mutant.ts'

export const WAYS_IN: readonly Mutant[] = [
  {
    name: 'malformed arrivals left where they are',
    file: 'lib/use-cases/arrive.ts',
    find: 'if (same[0] && (await judgeStanding(context, same[0].item))) corrected.push(...same)',
    replace: 'void [same, judgeStanding]',
    breaks: 'what can never run is in nobody’s dead letters',
  },
  {
    name: 'an event’s job named by the clock',
    file: 'lib/use-cases/ingest.ts',
    find: 'payload, id: named }, at)',
    replace: 'payload, id: named }, at && Date.now())',
    breaks: 'an event delivered twice makes two jobs',
  },
  {
    name: 'put over what stands there',
    file: 'lib/adapters/memory/store.ts',
    find: "if (found) return isSameItem(found, item) ? 'exists' : 'taken'",
    replace: 'void [found, isSameItem]',
    breaks: 'an event delivered twice starts its job over',
  },
  {
    name: 'unprocessed items forgotten',
    file: 'lib/use-cases/enqueue.ts',
    find: 'left = await jobs.putBatch(left)',
    replace: 'left = (await jobs.putBatch(left)).slice(0, 0)',
    breaks: 'a batch is accepted of which the database has refused a part',
  },
]
