/** Every mutant that is left to vitest. */
import { ADAPTERS } from './adapters.ts'
import { LEFT_WAITING_MUTANTS } from './left-waiting.ts'
import { LENDING_MUTANTS } from './lending.ts'
import { LENDING_RACES_MUTANTS } from './lending-races.ts'
import type { TestedMutant } from './mutant.ts'
import { PAYLOADS } from './payloads.ts'
import { PROTOCOL } from './protocol.ts'
import { READS } from './reading.ts'
import { SLOW_DOWN_MUTANTS } from './slow-down.ts'
import { THROTTLE_MUTANTS } from './throttle.ts'

export const TESTED_MUTANTS: readonly TestedMutant[] = [
  ...ADAPTERS,
  ...LENDING_MUTANTS,
  ...LENDING_RACES_MUTANTS,
  ...LEFT_WAITING_MUTANTS,
  ...PROTOCOL,
  ...READS,
  ...PAYLOADS,
  ...SLOW_DOWN_MUTANTS,
  ...THROTTLE_MUTANTS,
]

export function mutantNamed(name: string): TestedMutant {
  const mutant = TESTED_MUTANTS.find((one) => one.name === name)
  if (!mutant) throw new Error(`there is no mutant "${name}"`)
  return mutant
}
