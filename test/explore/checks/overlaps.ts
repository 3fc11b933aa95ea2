/** I3: no two attempts of a job overlap. */
import type { State } from '../state/state.ts'
import { runningIn } from './running.ts'

export function overlaps(state: State): string[] {
  const ids = runningIn(state).map(({ id }) => id)
  return ids.filter((id, place) => ids.indexOf(id) !== place).map((id) => `I3 two attempts of ${id} overlap`)
}
