/** Mutants of the simulation that have to die here too, each in a world where it matters. `npm run explore -- --mutant` */

export interface ExploredMutant {
  /** Of `test/sim/mutants`. */
  readonly mutant: string
  readonly world: string
  /** The invariant that notices. */
  readonly breaks: string
}

export const EXPLORED_MUTANTS: readonly ExploredMutant[] = [
  { mutant: 'no version check', world: 'one slot, two jobs', breaks: 'I1' },
  {
    mutant: 'one slot too many',
    world: 'one slot, two jobs',
    breaks: '.*BrokenRuleError.*no more jobs are in flight than there are slots',
  },
  { mutant: 'lent without a cap', world: 'two shards, a limit of three', breaks: 'I1' },
  { mutant: 'nobody in the line is served', world: 'two shards, one slot', breaks: 'I4' },
  { mutant: 'who lacks units stands in no line', world: 'two shards, one slot', breaks: 'I4' },
  { mutant: 'start without the token', world: 'a crash', breaks: 'I4 a \\(attempt 1\\) runs twice' },
  {
    mutant: 'slot freed before the job is deleted',
    world: 'one slot, two jobs',
    breaks: 'I4 . \\(attempt 1\\) runs twice',
  },
  { mutant: 'job deleted before it runs', world: 'one slot, two jobs', breaks: 'I4 a is lost' },
  { mutant: 'retry as two writes', world: 'a crash', breaks: 'I4 a is lost' },
  { mutant: 'failure taken for success', world: 'a failure', breaks: 'I4 a is lost' },
  { mutant: 'a holder that never expires', world: 'a crash', breaks: 'I4 nobody will run' },
  { mutant: 'slot never freed', world: 'one slot, two jobs', breaks: 'I4' },
  { mutant: 'no look after a release', world: 'one slot, two jobs', breaks: 'I4' },
  { mutant: 'own write taken for a conflict', world: 'a request sent twice', breaks: 'I4' },
  { mutant: 'the limiter does not count', world: 'three shards in a line', breaks: 'I1' },
  { mutant: 'a limiter lends without a limit', world: 'three shards in a line', breaks: 'I1' },
  { mutant: 'start not remembered', world: 'a window of one', breaks: 'I2' },
  { mutant: 'a start is granted and not written down', world: 'one start for two shards', breaks: 'I2' },
  { mutant: 'the first limiter of a lane is forgotten', world: 'two lanes of a tag', breaks: 'I1' },
  { mutant: 'moved though lent', world: 'a unit of two chunks', breaks: 'I1' },
  { mutant: 'nobody notes that shards wait in a chunk', world: 'a unit of two chunks', breaks: 'I4' },
]
