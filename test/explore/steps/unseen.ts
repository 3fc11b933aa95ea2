/** What is the same whenever it happens: it happens immediately, and makes no state of its own. */
import type { State } from '../state/state.ts'
import type { World } from '../world.ts'
import { clockOf, sleepsUntil } from './clocks.ts'
import { carryOutRequest } from './effects.ts'
import { goOn } from './processes.ts'
import type { Walk } from './walk.ts'

export async function goOnWhereNobodySees({ world, points }: Walk, state: State): Promise<void> {
  for (let next = unseenCall(state, world); next; next = unseenCall(state, world)) {
    const { index, position, op, args, role } = next
    const now = clockOf(world, role, state.now)
    const text = op === 'sleep' ? '' : await carryOutRequest(state, op, args)
    await goOn(state, points, index, { position, ok: true, text, now })
  }
}

/** A sleeper whose time has come; or a layout that is asked for, and that has been registered from the beginning. */
function unseenCall({ processes, now }: State, world: World) {
  for (const [index, process] of processes.entries())
    for (const [position, { op, args }] of process.point.calls.entries()) {
      const isOver = op === 'sleep' && sleepsUntil(world, process, args) <= now
      if (isOver || op === 'states.registerLayout') return { index, position, op, args, role: process.role }
    }
  return undefined
}
