/** A process that explores the worlds it is told to, with the product as it is or with one mutation of it. */
import { TESTED_MUTANTS } from '../mutants/all.ts'
import { MUTANTS } from '../sim/mutants/all.ts'
import { applyMutant } from '../sim/mutants/apply.ts'
import type { Result } from './search/search.ts'

export interface Order {
  readonly world: string
  readonly states: number
}
export type Answer = { readonly kind: 'progress' | 'result'; readonly result: Result }

const [mutant] = process.argv.slice(2)
if (mutant !== undefined) applyMutant(mutant, [...MUTANTS, ...TESTED_MUTANTS])
// Only now: the mutation is made while the product's modules are loaded.
const { search } = await import('./search/search.ts')
const { worldNamed } = await import('./worlds/all.ts')

const say = (answer: Answer) => process.send?.(answer)

process.on('message', async ({ world, states }: Order) => {
  const progress = (result: Result) => say({ kind: 'progress', result })
  say({ kind: 'result', result: await search(worldNamed(world), { states, progress }) })
})
