/** A process that runs the seeds it is told to, with the product as it is or with one mutation of it. */
import { applyMutant } from '../mutants/apply.ts'
import type { Summary } from './summary.ts'

export interface Order {
  readonly seeds: readonly number[]
}
export interface Answer {
  readonly summary: Summary
}

const [mutant] = process.argv.slice(2)
if (mutant !== undefined) applyMutant(mutant)
// Only now: the mutation is made while the product's modules are loaded.
const { runSeed } = await import('../run.ts')
const { add, emptySummary, summaryOf } = await import('./summary.ts')

process.on('message', async ({ seeds }: Order) => {
  const summary = emptySummary()
  for (const seed of seeds) {
    add(summary, summaryOf(await runSeed(seed)))
    // The first violation kills a mutant.
    if (mutant !== undefined && summary.violations.length > 0) break
  }
  process.send?.({ summary } satisfies Answer)
})
process.send?.('ready')
