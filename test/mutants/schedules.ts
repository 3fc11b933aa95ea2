/** Schedules: what the simulation hardly ever comes to, or a later tick or sweep makes up for. */
import type { TestedMutant } from './mutant.ts'

export const TESTED_SCHEDULE_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a firing that somebody was faster than goes on',
    file: 'lib/use-cases/schedules/deliver.ts',
    find: "if (outcome.kind === 'stale') return 'stale'",
    replace:
      "if (outcome.kind === 'stale') { const now = await context.store.schedules.get(schedule.key); return goOn(context, { ...delivery, schedule: { ...schedule, version: now?.version as never } }, toScheduleItem(next)) }",
    breaks: 'what somebody has just changed is written back, and ticks pass without a job',
    tests: ['test/unit/use-cases/schedules/firing.test.ts'],
  },
  {
    name: 'a schedule that could not be fired holds up its neighbours',
    file: 'lib/use-cases/schedules/fire-item.ts',
    find: 'return clock.now() + FIRED_AGAIN_MS\n',
    replace: 'throw error\n',
    breaks: 'one call that fails costs all schedules of the partition a minute',
    tests: ['test/unit/use-cases/schedules/firing.test.ts'],
  },
  {
    name: 'a one-time stays when its job has succeeded',
    file: 'lib/use-cases/schedules/after-end.ts',
    find: 'const mayGo = ending.kind ===',
    replace: 'const mayGo = tick.isManual === true && ending.kind ===',
    breaks: 'the table fills with schedules that are over',
    tests: ['test/unit/use-cases/schedules/after-end.test.ts'],
  },
  {
    name: 'what is claimed is taken back as well',
    file: 'lib/use-cases/schedules/withdraw.ts',
    find: 'const item = isInFlight(state.slots, place.sk) ? undefined : await',
    replace: 'const item = isInFlight({}, place.sk) ? undefined : await',
    breaks: 'the job of a handler that runs is gone, and its tick is fired again',
    tests: ['test/unit/use-cases/schedules/partition.test.ts'],
  },
  {
    name: 'ticks are not told of more partitions',
    file: 'lib/use-cases/schedules/fire-partition.ts',
    find: 'await raisePartitions(context, config.schedules.partitions - 1)',
    replace: 'await raisePartitions(context, 0)',
    breaks: 'after a roll-back nobody asks where schedules have moved to',
    tests: ['test/unit/use-cases/schedules/repartitioning.test.ts'],
  },
  {
    name: 'a set is begun although another configuration may be in force',
    file: 'lib/use-cases/schedules/apply-declared.ts',
    find: "if (!(await deployment.isAlone())) return 'left'",
    replace: 'await deployment.isAlone()',
    breaks: 'each tick of a replaced function has the set in force applied anew',
    tests: ['test/unit/use-cases/schedules/declared.test.ts'],
  },
]
