/** Whose handler runs, whatever the tables say. */
import type { RunOf } from '../process/roles.ts'
import type { State } from '../state/state.ts'
import { runsOf } from '../steps/processes.ts'

/** Each call, with its job or with those of its batch. */
export const callsIn = ({ processes }: State): (readonly [RunOf, ...RunOf[]])[] =>
  processes.flatMap(({ point }) => point.calls.filter(({ op }) => op === 'handler').map(runsOf))

export const runningIn = (state: State): RunOf[] => callsIn(state).flat()
