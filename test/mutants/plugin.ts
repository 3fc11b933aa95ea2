/** Vitest's part: where the environment names a mutant, the file that it changes is loaded with the change. */
import { fileURLToPath } from 'node:url'
import type { Vite } from 'vitest/node'
import { mutate } from '../sim/mutants/apply.ts'
import { mutantNamed } from './all.ts'

export const MUTANT_VARIABLE = 'SLUICE_MUTANT'

export function mutantPlugin(): Vite.Plugin {
  const name = process.env[MUTANT_VARIABLE]
  const mutant = name === undefined ? undefined : mutantNamed(name)
  const file = mutant && fileURLToPath(new URL(`../../${mutant.file}`, import.meta.url))
  return {
    name: 'sluice-mutant',
    // Before the types go: the change is made in what is written.
    enforce: 'pre',
    transform: (_code, id) => (mutant && id.split('?')[0] === file ? mutate(mutant) : undefined),
    // Vitest keeps what it has loaded for the next run, and that may have another mutant, or none.
    configureVitest: ({ defineCacheKeyGenerator }) => defineCacheKeyGenerator(() => name ?? ''),
  }
}
