/** Schedules that a deploy declares, that somebody puts by hand, or that lie where nobody fires, and what becomes of them. */
import type { Mutant } from './mutant.ts'

const ADOPT = 'lib/use-cases/schedules/adopt-schedule.ts'
const ARRIVE = 'lib/use-cases/schedules/arrive-schedules.ts'
const DECLARED = 'lib/use-cases/schedules/apply-declared.ts'
const DEFINITION = 'lib/core/schedule/definition.ts'
const ENABLED = 'lib/core/schedule/enabled.ts'
const FIRE_ITEM = 'lib/use-cases/schedules/fire-item.ts'

export const SCHEDULE_OWNERS: readonly Mutant[] = [
  {
    name: 'what is put by hand is left to the sweep',
    file: ARRIVE,
    find: 'if (keys.length === 0) return',
    replace: 'if (keys.length >= 0) return',
    breaks: 'a schedule that another language has put does not fire for up to an hour',
  },
  {
    name: 'what can be no schedule gets no letter',
    file: ADOPT,
    find: 'await store.schedules.bury(item, letter)',
    replace: "await store.schedules.remove(item.pk, item).then(() => 'buried')",
    breaks: 'its writer never hears what was wrong with it',
  },
  {
    name: 'what can be no schedule stays',
    file: ADOPT,
    find: 'await store.schedules.bury(item, letter)',
    replace: "await store.history.bury(letter).then(() => 'buried')",
    breaks: 'each sweep refuses it anew, and each time there is a letter more',
  },
  {
    name: 'whoever asks for a schedule fires it in any partition',
    file: FIRE_ITEM,
    find: 'if (!isEnabled(partition, visit.config.schedules, visit.note)) return',
    replace: 'if (partition < 0) return',
    breaks: 'jobs come from partitions that somebody has switched off',
  },
  {
    name: 'what the configuration enables counts before what is said at run time',
    file: ENABLED,
    find: "note?.enabled ?? enabledPartitions ?? 'all'",
    replace: "enabledPartitions ?? note?.enabled ?? 'all'",
    breaks: 'partitions that somebody has switched on stand still',
  },
  {
    name: 'a deploy leaves what is no longer declared',
    file: DECLARED,
    find: 'const removed = before.filter((key) => !keys.includes(key))',
    replace: 'const removed = before.filter((key) => key.length === 0)',
    breaks: 'schedules fire for ever that nobody can find in the configuration',
  },
  {
    name: 'a set that was applied is applied by no other configuration',
    file: DECLARED,
    find: "if (note?.configuration === configuration) return 'applied before'",
    replace: "if (note?.configuration !== undefined) return 'applied before'",
    breaks: 'only the first deploy makes schedules',
  },
  {
    name: 'a replaced configuration applies its set',
    file: DECLARED,
    find: "if (!(await deployment.isAlone())) return 'left'",
    replace: 'context = { ...context, deployment: { ...deployment, isAlone: async () => true } }',
    breaks: 'two sets take turns while a deploy is under way',
  },
  {
    name: 'another rule resumes what is paused',
    file: DEFINITION,
    find: 'const { chosen: _chosen, declared: _declared, ...before } = schedule',
    replace: 'const { chosen: _chosen, declared: _declared, pause: _pause, ...before } = schedule',
    breaks: 'a deploy starts again what a person has stopped',
  },
]
