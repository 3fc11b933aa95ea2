/** Whose handler runs, whatever the tables say. */
import type { RunOf } from '../process/roles.ts'
import type { State } from '../state/state.ts'
import { runOf } from '../steps/processes.ts'

export const runningIn = ({ processes }: State): RunOf[] =>
  processes.flatMap(({ point }) => point.calls.filter(({ op }) => op === 'handler').map(runOf))
