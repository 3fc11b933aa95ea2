/** `node mutated-flow.ts <mutant> [options of bench:flow]`: the benchmark of a product that one mutant has broken. */
import { applyMutant } from '../mutants/apply.ts'

const [mutant = '', ...options] = process.argv.splice(2)
process.argv.push(...options)
applyMutant(mutant)
await import('../../../bench/flow.ts')
