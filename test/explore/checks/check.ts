/** What has to hold. A check looks at one state, and says what is wrong with it. */
import type { State } from '../state/state.ts'
import { isAtRest } from '../steps/enabled.ts'
import type { World } from '../world.ts'
import { brokenLimits } from './limits.ts'
import { lostJobs } from './lost.ts'
import { overlaps } from './overlaps.ts'
import { spentAttempts } from './spent.ts'
import { brokenWindows } from './windows.ts'

export type Check = (state: State, world: World) => readonly string[]

const ALWAYS: readonly Check[] = [brokenLimits, brokenWindows, overlaps, lostJobs, spentAttempts]

export const violationsOf = (state: State, world: World): string[] => [
  ...state.broken,
  ...ALWAYS.flatMap((check) => check(state, world)),
]

/** Of a state in which nothing can happen any more. */
export function violationsAtTheEnd(state: State): string[] {
  if (isAtRest(state)) return []
  const waiting = [...state.tables.jobs.values()].flatMap((items) => [...items.keys()])
  const held = [...state.tables.states].flatMap(([shard, { slots }]) =>
    Object.keys(slots).map((id) => `${shard}: ${id}`),
  )
  const silent = state.processes.map(({ role, serial }) => `${role} ${serial}`)
  return [
    ...(silent.length > 0 ? [`I7 ${silent.join(', ')} wait for nothing`] : []),
    ...(waiting.length > 0 ? [`I4 nobody will run ${waiting.join(', ')}`] : []),
    ...(held.length > 0 ? [`I5 nobody will free the slot of ${held.join(', ')}`] : []),
  ]
}
