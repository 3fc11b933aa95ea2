/** Loads the product with one mutation. To be called before any of its modules is imported. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { MUTANTS } from './all.ts'
import type { Mutant } from './mutant.ts'

const ROOT = new URL('../../../', import.meta.url)

export const mutantNamed = (name: string, among: readonly Mutant[] = MUTANTS): Mutant => {
  const mutant = among.find((one) => one.name === name)
  if (!mutant) throw new Error(`there is no mutant "${name}"`)
  return mutant
}

/** @throws where the place is not found exactly once: the mutant has rotted */
export function mutate({ name, file, find, replace }: Mutant): string {
  const source = readFileSync(fileURLToPath(new URL(file, ROOT)), 'utf8')
  const places = source.split(find).length - 1
  if (places !== 1) throw new Error(`mutant "${name}": its place is found ${places} times in ${file}`)
  return source.replace(find, () => replace)
}

export function applyMutant(name: string, among?: readonly Mutant[]): void {
  const mutant = mutantNamed(name, among)
  const url = new URL(mutant.file, ROOT).href
  const source = mutate(mutant)
  registerHooks({
    load: (loaded, context, next) =>
      loaded === url ? { format: 'module-typescript', source, shortCircuit: true } : next(loaded, context),
  })
}
