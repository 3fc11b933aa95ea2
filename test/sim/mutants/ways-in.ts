/** How jobs come in. */
import type { Mutant } from './mutant.ts'

export const WAYS_IN: readonly Mutant[] = [
  {
    name: 'arrival lost when its visit fails',
    file: 'lib/use-cases/arrive.ts',
    find: 'if (!(await visitOrWake(context, shard))) failed.push(...ids)',
    replace: 'if (!(await visitOrWake(context, shard))) failed.push(...ids.slice(0, 0))',
    breaks: 'nobody looks at a new job',
  },
  {
    name: 'malformed arrivals left where they are',
    file: 'lib/use-cases/arrive.ts',
    find: 'else if (!(await succeeds(context, () => refuse(context, item, job.reason)))) failed.push(id)',
    replace: 'else void [refuse, succeeds, failed, id]',
    breaks: 'what can never run is in nobody’s dead letters',
  },
  {
    name: 'an event’s job named by the clock',
    file: 'lib/use-cases/ingest.ts',
    find: 'Date.parse(time),',
    replace: 'Date.parse(time) && Date.now(),',
    breaks: 'an event delivered twice makes two jobs',
  },
  {
    name: 'put over what stands there',
    file: 'lib/adapters/memory/store.ts',
    find: "if (tables.jobs.get(item.pk)?.has(item.sk)) return 'exists'",
    replace: '',
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
