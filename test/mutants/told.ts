/** What is said of limiters and of the shards that they lend to. */
import type { TestedMutant } from './mutant.ts'

const TOLD = ['test/unit/use-cases/tell-of-lending.test.ts'] as const
const RULES = ['test/unit/core/limits/lending-event.test.ts'] as const

export const TOLD_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'what was not written of the books is said',
    file: 'lib/use-cases/lending/write-books.ts',
    find: "  if (outcome.kind === 'conflict') return outcome\n",
    replace: '',
    breaks: 'the log has units that nobody has',
    tests: TOLD,
  },
  {
    name: 'starts that went back are said',
    file: 'lib/use-cases/lending/grants.ts',
    find: '    if (!(await write(context, plan))) continue\n    tellOfStarts(context, asked.state, plan)\n',
    replace:
      '    const isWritten = await write(context, plan)\n    tellOfStarts(context, asked.state, plan)\n    if (!isWritten) continue\n',
    breaks: 'the log has starts that no rate counts',
    tests: TOLD,
  },
  {
    name: 'a shard that stands in a line is said to come there each time it moves',
    file: 'lib/core/limits/lending-event.ts',
    find: 'return stood === stands ? []',
    replace: 'return stood === stands && !stands ? []',
    breaks: 'a line of the log for each job of a backlog',
    tests: RULES,
  },
  {
    name: 'what another shard’s visit has lent is said to be borrowed',
    file: 'lib/core/limits/lending-event.ts',
    find: "loan.borrower === self ? 'borrowed' : 'passed on'",
    replace: "'borrowed'",
    breaks: 'nobody sees that a unit went on to the next in line',
    tests: RULES,
  },
]
