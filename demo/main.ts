/** `npm run demo`: 2,000 jobs under forty customers' limits, watched by a service that Sluice knows nothing of. */
import { Command, InvalidArgumentError } from 'commander'
import { runDemo } from './demo.ts'
import { createReport } from './report.ts'

function count(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError('It is not a whole number above 0.')
}

const options = new Command('demo')
  .description('Runs jobs of many customers through Sluice, and lets the service that they call judge')
  .option('--jobs <n>', 'how many jobs', count, 2000)
  .option('--customers <n>', 'how many customers', count, 40)
  .option('--seed <n>', 'the same seed gives the same jobs', count, 1)
  .option('--json', 'print one line of JSON, and everything else to stderr')
  .parse()
  .opts<{ jobs: number; customers: number; seed: number; json?: boolean }>()

/** What a shell expects after Ctrl-C. */
const INTERRUPTED = 130
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())
process.once('SIGTERM', () => interrupted.abort())

const report = createReport(options.json ? process.stderr : process.stdout)
try {
  const outcome = await runDemo(options, report, interrupted.signal)
  if (outcome && options.json) process.stdout.write(`${JSON.stringify(outcome.json)}\n`)
  if (!outcome) report.note('stopped')
  process.exitCode = outcome ? Number(!outcome.ok) : INTERRUPTED
} catch (error) {
  // What breaks because everything is being stopped is not worth a word.
  if (!interrupted.signal.aborted) report.failure(error)
  process.exitCode = interrupted.signal.aborted ? INTERRUPTED : 1
}
