/** Items that somebody corrects or replaces while the product is at them. */
import type { Mutant } from './mutant.ts'

const STORE = 'lib/adapters/memory/store.ts'
const JUDGED = `    const notThere = whatIsThere(tables, item)
    if (notThere) return notThere
`
const ANY = `    const notThere = whatIsThere(tables, item)
    if (notThere === 'gone') return notThere
`

export const JUDGED_ITEMS: readonly Mutant[] = [
  {
    name: 'refusal of whatever stands there',
    file: STORE,
    find: `whatIsThere(tables, item, [...JUDGED_ATTRIBUTES, ...further])
    if (notThere) return notThere`,
    replace: `whatIsThere(tables, item, [...JUDGED_ATTRIBUTES, ...further])
    if (notThere === 'gone') return notThere`,
    breaks: 'the corrected item goes to the dead letters',
  },
  {
    name: 'deletion of whatever stands there',
    file: STORE,
    find: 'whatIsThere(tables, item, JUDGED_ATTRIBUTES.filter(isOfWork))\n    if (notThere) return notThere',
    replace:
      "whatIsThere(tables, item, JUDGED_ATTRIBUTES.filter(isOfWork))\n    if (notThere === 'gone') return notThere",

    breaks: 'a job that was put while the one before ran is lost',
  },
  {
    name: 'next attempt of whatever stands there',
    file: STORE,
    find: `  replace: async (item, next) => {\n${JUDGED}`,
    replace: `  replace: async (item, next) => {\n${ANY}`,
    breaks: 'a job that was put while the one before failed is lost',
  },
  {
    name: 'payload given away',
    file: 'lib/api/run-task.ts',
    find: 'structuredClone(job.payload)',
    replace: 'job.payload',
    breaks: 'what a handler does to its payload is in the next attempt',
  },
  {
    name: 'attributes lost with the attempt',
    file: 'lib/core/job/ending.ts',
    find: 'return { ...item, ...key',
    replace: 'return { attempt: item.attempt, ...key',
    breaks: 'what else somebody wrote into the item',
  },
  {
    name: 'text that SQS refuses',
    file: 'lib/adapters/sqs/messages.ts',
    find: '.replace(/[^ -~]/g, escaped)',
    replace: '',
    breaks: 'a partition with such a character is stuck',
  },
]
