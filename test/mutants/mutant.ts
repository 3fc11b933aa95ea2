/** A mutant that tests of vitest have to notice: of what the simulation does not run, or does not look at. */
import type { Mutant } from '../sim/mutants/mutant.ts'

export interface TestedMutant extends Mutant {
  /** The files of which at least one has to fail, from the repository's root. */
  readonly tests: readonly [string, ...string[]]
}
