/** What a worker does with a job and with its slot. */
import type { Mutant } from './mutant.ts'

const END = 'lib/use-cases/end.ts'
const ENDING = 'lib/core/job/ending.ts'
const EXECUTE = 'lib/use-cases/attempt/execute.ts'
const FINISH = 'lib/use-cases/attempt/finish.ts'
const HAND_OFF = 'lib/use-cases/attempt/hand-off.ts'
const STORE = 'lib/adapters/memory/store.ts'

export const FINISHING: readonly Mutant[] = [
  {
    name: 'slot freed before the job runs',
    file: EXECUTE,
    find: 'const finished = await finishJobs(context, running, runTask)',
    replace: `await context.store.states.release(running.shard, running)
    const finished = await finishJobs(context, running, runTask)`,
    breaks: 'more run than the limit allows',
  },
  {
    name: 'slot freed before the job is deleted',
    file: FINISH,
    find: 'const outcomes = await run(called, runTask)',
    replace: `const outcomes = await run(called, runTask)
  for (const { job } of jobs) {
    const slots = Object.entries((await context.store.states.read(job.key.pk))?.slots ?? {})
    for (const [id, slot] of slots)
      if (id === job.id) await context.store.states.release(job.key.pk, { id: job.id, token: slot.token })
  }`,
    breaks: 'a finished job is claimed again',
  },
  {
    name: 'job deleted before it runs',
    file: FINISH,
    find: '  const begun = jobs.map(',
    replace:
      '  for (const { job } of jobs) await context.store.jobs.remove(job.item)\n  const begun = jobs.map(',
    breaks: 'a crash loses the job',
  },
  {
    name: 'failure taken for success',
    file: ENDING,
    find: "case 'failed':\n      return retryOrExhausted(job, outcome.error, now, random)",
    replace: "case 'failed':\n      return { kind: 'done' }",
    breaks: 'a job that failed is gone',
  },
  {
    name: 'retry as two writes',
    file: END,
    find: '(successor) => jobs.replace(job.item, successor)',
    replace: `async (successor) => {
          await jobs.remove(job.item)
          return (await jobs.put(successor)) === 'put' ? 'replaced' : 'occupied'
        }`,
    breaks: 'a crash between the two loses the job',
  },
  {
    name: 'retry under the same key',
    file: ENDING,
    find: 'Math.max(ending.at, job.runAt + 1)',
    replace: 'job.runAt',
    breaks: 'two recoveries count two attempts',
  },
  {
    name: 'retry of what is gone',
    file: STORE,
    find: `    const notThere = whatIsThere(tables, item)
    if (notThere) return notThere
    if (tables.jobs.get(next.pk)?.has(next.sk)) return 'occupied'`,
    replace: `    if (tables.jobs.get(next.pk)?.has(next.sk)) return 'occupied'`,
    breaks: 'a recovery that comes too late makes a job of its own',
  },
  {
    name: 'one attempt too many',
    file: ENDING,
    find: 'job.attempt >= job.queue.retry.attempts',
    replace: 'job.attempt > job.queue.retry.attempts',
    breaks: 'the number of attempts',
  },
  {
    name: 'blind release',
    file: 'lib/adapters/memory/states.ts',
    find: 'if (!state || state.slots[id]?.token !== token)',
    replace: 'if (!state || !state.slots[id])',
    breaks: 'a worker frees the slot of another',
  },
  {
    name: 'slot never freed',
    file: HAND_OFF,
    find: 'const { state } = await context.store.states.release(shard, released)',
    replace: 'const { state }: { state?: ShardState } = { ...(released ? {} : { state: undefined }) }',
    breaks: 'slots are held until their deadline',
  },
  {
    name: 'no look after a release',
    file: HAND_OFF,
    find: 'return undefined\n  return takeNext(context, ended)',
    replace: 'return undefined\n  return undefined',
    breaks: 'jobs that began to wait meanwhile are not noticed',
  },
  {
    name: 'own attempt forgotten when a later round fails',
    file: 'lib/use-cases/pass/pass.ts',
    find: 'if (!own) throw error',
    replace: 'if (!own || events) throw error',
    breaks: 'an attempt that nobody makes',
  },
]
