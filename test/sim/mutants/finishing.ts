/** What a worker does with a job and with its slot. */
import type { Mutant } from './mutant.ts'

const EXECUTE = 'lib/use-cases/execute.ts'
const STORE = 'lib/adapters/memory/store.ts'

export const FINISHING: readonly Mutant[] = [
  {
    name: 'slot freed before the job runs',
    file: EXECUTE,
    find: 'await finishJob(context, running, runTask)',
    replace: `await context.store.states.release(running.shard, running)
    await finishJob(context, running, runTask)`,
    breaks: 'more run than the limit allows',
  },
  {
    name: 'slot freed before the job is deleted',
    file: EXECUTE,
    find: `async function finishJob(context: Context, { job }: Running, runTask: RunTask): Promise<void> {
  if (!job) return // taken away while its message was on the way
  context.logger.debug('job started', describe(job))
  const outcome = await runTask(job)
`,
    replace: `async function finishJob(context: Context, running: Running, runTask: RunTask): Promise<void> {
  const { job } = running
  if (!job) return
  const outcome = await runTask(job)
  await context.store.states.release(running.shard, running)
`,
    breaks: 'a finished job is claimed again',
  },
  {
    name: 'job deleted before it runs',
    file: EXECUTE,
    find: '  const outcome = await runTask(job)',
    replace: '  await context.store.jobs.remove(job.key)\n  const outcome = await runTask(job)',
    breaks: 'a crash loses the job',
  },
  {
    name: 'failure taken for success',
    file: EXECUTE,
    find: 'return retire(context, job, outcome.error)',
    replace: 'return context.store.jobs.remove(job.key)',
    breaks: 'a job that failed is gone',
  },
  {
    name: 'retry as two writes',
    file: 'lib/use-cases/retire.ts',
    find: 'await store.jobs.replace(job.key, nextAttempt(job, now + delay_ms))',
    replace: 'await store.jobs.remove(job.key)\n  await store.jobs.put(nextAttempt(job, now + delay_ms))',
    breaks: 'a crash between the two loses the job',
  },
  {
    name: 'retry under the same key',
    file: 'lib/core/job.ts',
    find: 'Math.max(runAt, job.runAt + 1)',
    replace: 'job.runAt',
    breaks: 'two recoveries count two attempts',
  },
  {
    name: 'retry of what is gone',
    file: STORE,
    find: "if (!tables.jobs.get(key.pk)?.has(key.sk)) return 'gone'",
    replace: '',
    breaks: 'a recovery that comes too late makes a job of its own',
  },
  {
    name: 'next attempt takes the place of a twin',
    file: STORE,
    find: "if (tables.jobs.get(next.pk)?.has(next.sk)) return 'occupied'",
    replace: '',
    breaks: 'the twin is lost',
  },
  {
    name: 'one attempt too many',
    file: 'lib/use-cases/retire.ts',
    find: 'if (job.attempt >= job.queue.retry.attempts)',
    replace: 'if (job.attempt > job.queue.retry.attempts)',
    breaks: 'the number of attempts',
  },
  {
    name: 'blind release',
    file: STORE,
    find: 'if (!state || state.slots[id]?.token !== token)',
    replace: 'if (!state || !state.slots[id])',
    breaks: 'a worker frees the slot of another',
  },
  {
    name: 'slot never freed',
    file: EXECUTE,
    find: 'const outcome = await context.store.states.release(shard, released)',
    replace: "const outcome = { kind: 'gone', state: undefined } as { state?: { waiting: boolean } }",
    breaks: 'slots are held until their deadline',
  },
  {
    name: 'no look after a release',
    file: EXECUTE,
    find: 'return outcome.state?.waiting ? takeNext(context, running, invocation) : undefined',
    replace: 'return undefined',
    breaks: 'jobs that began to wait meanwhile are not noticed',
  },
  {
    name: 'hand-off frees any slot of that id',
    file: 'lib/core/decide.ts',
    find: '!(id === released?.id && slot.token === released.token)',
    replace: '!(id === released?.id)',
    breaks: 'a hand-off whose reply got lost frees the next run’s slot',
  },
]
