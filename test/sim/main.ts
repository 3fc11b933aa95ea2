/**
 * npm run sim -- [--seeds 500] [--from 1] [--minutes N] [--json]   a campaign
 * npm run sim -- --seed S [--trace file]                           one seed, event by event
 *   --loop-detection                                               as if Lambda refused long chains of messages
 */
import { createWriteStream } from 'node:fs'
import { parseArgs } from 'node:util'
import { campaign } from './campaign/campaign.ts'
import type { Summary } from './campaign/summary.ts'
import { SOMETIMES } from './checks/sometimes-names.ts'
import { FAULTS } from './faults/rates.ts'
import { runSeed, type Violation } from './run.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    trace: { type: 'string' },
    quiet: { type: 'boolean', default: false },
    'loop-detection': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  throw new Error(`--${name} ${text}: a whole number is needed`)
}

async function one(seed: number): Promise<number> {
  const file = values.trace === undefined ? undefined : createWriteStream(values.trace)
  const print = file ? (line: string) => void file.write(`${line}\n`) : console.log
  const loopDetection = values['loop-detection']
  const result = await runSeed(
    seed,
    values.quiet && !file ? undefined : print,
    loopDetection ? { loopDetection } : {},
  )
  file?.end()
  for (const violation of result.violations) console.log(describe(violation))
  const hours = (result.virtual_ms / 3_600_000).toFixed(2)
  if (loopDetection) console.log(`${result.loopsRefused} messages refused as loops`)
  console.log(`seed ${seed}: ${result.steps} steps, ${hours} virtual hours, trace ${result.hash}`)
  return result.violations.length > 0 ? 1 : 0
}

async function many(): Promise<number> {
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
  const seeds = values.seeds ?? (minutes === undefined ? '500' : String(2 ** 31))
  const until = minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000
  const begun = Date.now()
  const sum = await campaign(wholeNumber('from', values.from), wholeNumber('seeds', seeds), until)
  if (values.json) printJson(complete(sum))
  else print(complete(sum), (Date.now() - begun) / 1000)
  return sum.violations.length > 0 ? 1 : 0
}

/** What never happened is listed too, with 0. */
const complete = (sum: Summary): Summary => ({
  ...sum,
  virtual_hours: Math.round(sum.virtual_hours * 10) / 10,
  faults: Object.fromEntries(FAULTS.map((name) => [name, sum.faults[name] ?? 0])),
  sometimes: Object.fromEntries(SOMETIMES.map((name) => [name, sum.sometimes[name] ?? 0])),
})

/** All counts on one line; how to replay a violation goes to the other stream. */
function printJson(sum: Summary): void {
  console.log(JSON.stringify({ ...sum, violations: sum.violations.length }))
  for (const violation of sum.violations) console.error(describe(violation))
}

function print(sum: Summary, seconds: number): void {
  const table = (counts: Record<string, number>) =>
    Object.entries(counts).map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`)
  console.log(['faults', ...table(sum.faults), 'sometimes', ...table(sum.sometimes)].join('\n'))
  for (const violation of sum.violations) console.log(describe(violation))
  console.log(
    `${sum.seeds} seeds, ${sum.steps} steps, ${sum.virtual_hours} virtual hours in ${seconds.toFixed(0)} s: ` +
      `${sum.violations.length} violations, slowest recovery ${(sum.slowest_recovery_ms / 1000).toFixed(0)} s`,
  )
}

function describe({ seed, check, what, at_s }: Violation): string {
  return `FAILED ${check}\n  ${what}\n  after ${at_s} virtual seconds; replay: npm run sim -- --seed ${seed}`
}

process.exitCode = values.seed === undefined ? await many() : await one(wholeNumber('seed', values.seed))
