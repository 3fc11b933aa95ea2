/**
 * npm run explore -- [--world name] [--states N] [--json]   every world, or one; N states of each at the most
 *   --part 2/4                                              each fourth world, from the second on
 *   --mutant name                                           with the product broken in this way of test/sim/mutants or test/mutants
 */
import { parseArgs } from 'node:util'
import { partOf } from '../support/part.ts'
import { exploreAll } from './campaign.ts'
import type { Answer } from './child.ts'
import type { Result } from './search/search.ts'
import { WORLDS, worldNamed } from './worlds/all.ts'

/** More than any world has that is meant to be seen to its end; the memory of one that is not would not do. */
const MOST_STATES = 600_000

const { values } = parseArgs({
  options: {
    world: { type: 'string' },
    part: { type: 'string', default: '1/1' },
    states: { type: 'string', default: String(MOST_STATES) },
    mutant: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`--${name} ${text}: a whole number above 0 is needed`)
}

const worlds = values.world === undefined ? partOf(WORLDS, values.part) : [worldNamed(values.world)]
const states = wholeNumber('states', values.states)
const mutant = values.mutant === undefined ? {} : { mutant: values.mutant }
const begun = Date.now()
const results = await exploreAll(
  worlds.map(({ name }) => ({ world: name, states, ...mutant })),
  report,
)
const all = results.reduce((sum, result) => sum + result.states, 0)
if (values.json) console.log(JSON.stringify({ worlds: results.map(inShort) }))
else console.log(`${results.length} worlds, ${all} states in ${seconds()} s`)
process.exitCode = results.some(({ violations }) => violations.length > 0) ? 1 : 0

/** How a violation comes about goes to the other stream. */
function inShort({ name, states, steps, depth, complete, violations }: Result) {
  return { name, states, steps, depth, complete, violations: violations.length }
}

function seconds(): string {
  return ((Date.now() - begun) / 1000).toFixed(0)
}

function report({ kind, result }: Answer): void {
  console.error(`${seconds().padStart(5)} s  ${describe(result)}${kind === 'progress' ? ' …' : ''}`)
  for (const { what, trace } of result.violations) console.error(`FAILED ${what}\n${trace.join('\n')}`)
}

function describe({ name, states, depth, complete, violations }: Result): string {
  const verdict = violations.length > 0 ? 'VIOLATED' : complete ? 'complete' : 'not complete'
  return `${name.padEnd(44)} ${String(states).padStart(9)} states, depth ${String(depth).padStart(3)}  ${verdict}`
}
