/** What a hand-off does not read, and who says that something stands there. */
import type { Mutant } from './mutant.ts'

const DECIDE = 'lib/core/pass/decide.ts'

export const READING: readonly Mutant[] = [
  {
    name: 'jobs amid those in flight not noted',
    file: DECIDE,
    find: 'waitingAmid: isLeftAmid(amid),',
    replace: 'waitingAmid: isLeftAmid(amid) && input.state.waitingAmid === true,',
    breaks: 'a late job goes behind those that were put before it',
  },
]
