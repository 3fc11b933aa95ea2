/** Ways in which environment variables could undo what the code says of a throttle. */
import type { TestedMutant } from './mutant.ts'

export const THROTTLE_VARIABLES_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'one variable takes the place of all that the code says of adaptive',
    file: 'lib/api/throttle-variables.ts',
    find: '...(given === true ? {} : given), ',
    replace: '',
    breaks: 'whoever sets a threshold sets all else back to the defaults',
    tests: ['test/unit/api/throttle-variables.test.ts'],
  },
  {
    name: 'a variable switches adaptive on',
    file: 'lib/api/throttle-variables.ts',
    find: 'if (given === false) {',
    replace: 'if (given === false && prefix === "") {',
    breaks: 'what the code has switched off comes back with a number that somebody has set',
    tests: ['test/unit/api/throttle-variables.test.ts'],
  },
]
