/** Mutants of the simulation, or of the tests, that have to die here too, each in a world where it matters. `npm run explore -- --mutant` */

export interface ExploredMutant {
  /** Of `test/sim/mutants`, or of `test/mutants`. */
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
  {
    mutant: 'of a batch only the first job is in flight',
    world: 'a batch and a job that comes',
    breaks: 'I4 b \\(attempt 1\\) runs twice',
  },
  {
    mutant: 'the start of a batch reads only its first job',
    world: 'a batch and a job that comes',
    breaks: 'I4 nobody will run',
  },
  {
    mutant: 'of a dead batch only the first job is recovered',
    world: 'a batch of two of three, a crash',
    breaks: 'I4 b \\(attempt 1\\) runs twice',
  },
  {
    mutant: 'nobody looks when a batch has waited for long enough',
    world: 'a batch of two of three',
    breaks: 'I4 nobody will run',
  },
  {
    mutant: 'what a job costs is forgotten in its grant',
    world: 'a dear job beside a cheap one',
    breaks: 'I2',
  },
  { mutant: 'a rate that counts costs is not asked', world: 'a dear job behind a cheap one', breaks: 'I2' },
  {
    mutant: 'a rate by a rule of its own grants whatever is asked',
    world: 'two customers of a region',
    breaks: 'I2',
  },
  { mutant: 'a pause returns before all functions know', world: 'a queue paused', breaks: 'I8' },
  {
    mutant: 'what waits is woken before all functions know that it may start',
    world: 'a queue paused',
    breaks: 'I4 nobody will run',
  },
  {
    mutant: 'a function looks once, and never again',
    world: 'a queue paused amid an invocation',
    breaks: 'I8',
  },
  { mutant: 'what is kept for a partition is lent to others', world: 'a guarantee set', breaks: 'I8' },
  { mutant: 'a guarantee that is set counts from the next visit on', world: 'a guarantee set', breaks: 'I8' },
]
