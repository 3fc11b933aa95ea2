/** The pass, and the start of what it claimed. */
import type { Mutant } from './mutant.ts'

const ROUND = 'lib/use-cases/pass/round.ts'
const STORE = 'lib/adapters/memory/states.ts'
const ADMIT = 'lib/core/pass/admit.ts'
const HOLDS = 'lib/core/pass/holds.ts'
const ROOM = 'lib/core/pass/room.ts'

export const CLAIMING: readonly Mutant[] = [
  {
    name: 'no version check',
    file: STORE,
    find: 'if (now.version !== state.version || overridden || started)',
    replace: 'if (overridden || started)',
    breaks: 'two simultaneous passes claim more than the limit',
  },
  {
    name: 'version bumped by nobody',
    file: STORE,
    find: `    version: (state.version ?? 0) + 1,
    slots: {`,
    replace: `    version: 1,
    slots: {`,
    breaks: 'a pass does not see that another one has claimed',
  },
  {
    name: 'jobs read before state',
    file: ROUND,
    find: `  const read = known?.state ?? (await store.states.read(request.shard)) ?? emptyState(request.shard)
`,
    replace: `  const early = await store.jobs.range({ shard: request.shard, from: '0#', limit: 1000 })
  const read = (await store.states.read(request.shard)) ?? emptyState(request.shard)
  const range = async ({ from, limit }: { from: string; limit: number }) => {
    const items = early.items.filter(({ sk }) => sk >= from)
    return { items: items.slice(0, limit), more: items.length > limit }
  }
  context = { ...context, store: { ...store, jobs: { ...store.jobs, range } } }
`,
    breaks: 'a job that has just finished is still seen, and its slot is not',
  },
  {
    name: 'own write taken for a conflict',
    file: STORE,
    find: 'return isOwnWrite(now, change)',
    replace: 'return change.mark.length < 0',
    breaks: 'the attempt that a worker took by a write sent twice is nobody’s',
  },
  {
    name: 'start without the token',
    file: STORE,
    find: 'if (!state || slot?.token !== claim.token)',
    replace: 'if (!state || !slot)',
    breaks: 'an old message starts the claim of a new one',
  },
  {
    name: 'start without the attempt check',
    file: STORE,
    find: 'const running: Slot = { ...claimed, token: attempt.token,',
    replace: 'const running: Slot = { ...claimed, token: claim.token,',
    breaks: 'a copy of a message starts the job again',
  },
  {
    name: 'lost start not known as its own',
    file: STORE,
    find: 'if (state && slot?.token === attempt.token)',
    replace: 'if (state && slot?.token === attempt.token && attempt.deadline < 0)',
    breaks: 'a start whose reply got lost is nobody’s',
  },
  {
    name: 'hand-off takes a job twice',
    file: 'lib/use-cases/pass/pass.ts',
    find: `      own = round.own
      runUntil = undefined`,
    replace: '      own = round.own',
    breaks: 'a worker takes a second job of its own and forgets the first',
  },
  {
    name: 'last job first',
    file: ADMIT,
    find: '    .slice(0, room.starts.length)\n',
    replace: '    .reverse()\n    .slice(0, room.starts.length)\n',
    breaks: 'the order of a shard',
  },
  {
    name: 'due a second early',
    file: 'lib/use-cases/pass/found-jobs.ts',
    find: 'this.#due.push(...waiting.filter(({ runAt }) => runAt <= now))',
    replace: 'this.#due.push(...waiting.filter(({ runAt }) => runAt <= now + 1000))',
    breaks: 'a due time that is rounded down',
  },
  {
    name: 'priorities behind a delayed job skipped',
    file: 'lib/use-cases/pass/due-jobs.ts',
    find: 'return afterPriority(lastJob.priority)',
    replace: 'return undefined',
    breaks: 'due jobs of a lower priority are not seen behind a delayed one',
  },
  {
    name: 'twins run together',
    file: ROOM,
    find: 'if (holder !== undefined) twins.push(job)',
    replace: 'if (holder !== undefined) candidates.push(job)',
    breaks: 'two items of one id share a slot',
  },
  {
    name: 'twins forgotten',
    file: HOLDS,
    find: "new Set(['paused', 'slots', 'limiter', 'same id'])",
    replace: "new Set(['paused', 'slots', 'limiter'])",
    breaks: 'nobody looks for a twin when its slot is freed',
  },
]
