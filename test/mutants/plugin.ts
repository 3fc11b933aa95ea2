/** Vitest's part: while the environment names a mutant, the file that it changes is loaded with the change. */
import { fileURLToPath } from 'node:url'
import type { Vite } from 'vitest/node'
import { mutate } from '../sim/mutants/apply.ts'
import { mutantNamed } from './all.ts'
import type { TestedMutant } from './mutant.ts'

export const MUTANT_VARIABLE = 'SLUICE_MUTANT'

export function mutantPlugin(): Vite.Plugin {
  return {
    name: 'sluice-mutant',
    // Before the types go: the change is made in what is written.
    enforce: 'pre',
    transform: (_code, id) => {
      const mutant = mutantNow()
      return mutant && id.split('?')[0] === pathOf(mutant) ? mutate(mutant) : undefined
    },
    // Vitest keeps what it has loaded for the next run, and that may have another mutant, or none.
    configureVitest: ({ defineCacheKeyGenerator }) =>
      defineCacheKeyGenerator(() => process.env[MUTANT_VARIABLE] ?? ''),
  }
}

/** Asked at each file, for one vitest may run many mutants. */
function mutantNow(): TestedMutant | undefined {
  const name = process.env[MUTANT_VARIABLE]
  return name === undefined ? undefined : mutantNamed(name)
}

/** Where the file is that a mutant changes. */
export const pathOf = ({ file }: TestedMutant): string =>
  fileURLToPath(new URL(`../../${file}`, import.meta.url))
