/** Who judges an item by a configuration: not while another decides, and not while its job runs. */
import type { TestedMutant } from './mutant.ts'

const OTHERS: TestedMutant['tests'] = ['test/unit/use-cases/judged-by-others.test.ts']

export const JUDGED: readonly TestedMutant[] = [
  {
    name: 'what another configuration has room for is refused while that is at work',
    file: 'lib/use-cases/judge.ts',
    find: 'job.byConfiguration && !(await context.deployment.isAlone())',
    replace: 'job.byConfiguration && (await context.deployment.isAlone()) && standing === undefined',
    breaks: 'a deploy that raises a rate makes dead letters of the jobs that need it',
    tests: OTHERS,
  },
  {
    name: 'a pass judges what is in flight',
    file: 'lib/use-cases/pass/read-jobs.ts',
    find: 'found.isInFlight(item.sk) ? undefined : judgeItem(context, item)',
    replace: 'found.isInFlight(item.sk) && false ? undefined : judgeItem(context, item)',
    breaks: 'a deploy that lowers a rate makes dead letters of jobs that run',
    tests: OTHERS,
  },
  {
    name: 'an arrival is judged without a look at what is in flight',
    file: 'lib/use-cases/arrive.ts',
    find: ' || job.byConfiguration === true',
    replace: '',
    breaks: 'a job whose handler changes its item is refused while it runs',
    tests: OTHERS,
  },
  {
    name: 'an event that is ahead of a deploy by what its job costs is refused',
    file: 'lib/core/job/new-job.ts',
    find: 'if (!cost.ok) throw new UnknownPlaceError(cost.reason)',
    replace: 'if (!cost.ok) throw new InvalidJobError(cost.reason)',
    breaks: 'it is a dead letter where a minute later it would have been a job',
    tests: OTHERS,
  },
]
