/** Processes begin, go on when a call is answered, and end. */
import type { Call, Reply } from '../process/instance.ts'
import type { Point, Points } from '../process/points.ts'
import type { RunOf, Task } from '../process/roles.ts'
import { type Names, NO_NAMES, toLocal, toWorld } from '../state/names.ts'
import { type Process, processAt, replaceProcess, type State } from '../state/state.ts'
import { isWrite } from './effects.ts'
import { noteBegin } from './past.ts'

/** The names that it has after the tokens it has drawn by then. */
function withDrawn(state: State, names: Names, { tokens }: Point): Names {
  const drawn = Math.max(0, tokens - names.tokens.length)
  if (drawn === 0) return names
  const fresh = Array.from({ length: drawn }, () => state.tokens++)
  return { ...names, tokens: [...names.tokens, ...fresh] }
}

export async function spawn(
  state: State,
  points: Points,
  task: Task,
  rest: Pick<Process, 'endsAt' | 'taken'>,
  now = state.now,
): Promise<void> {
  const { text, names } = toLocal(JSON.stringify(task), NO_NAMES)
  const point = await points.first(text, names.tokens.length, now)
  const known = withDrawn(state, names, point)
  const process: Process = {
    ...rest,
    serial: state.serials++,
    role: task.role,
    point,
    names: known,
    again: [],
  }
  state.processes = [...state.processes, process]
  endIfOver(state, state.processes.length - 1)
}

/** @param text the answer, with the world's names; it is an error if it is not `ok` */
export async function goOn(
  state: State,
  points: Points,
  index: number,
  { position, ok, text, now }: Pick<Reply, 'ok' | 'text'> & { position: number; now: number },
): Promise<void> {
  const process = processAt(state, index)
  const local = toLocal(text, process.names)
  const reply: Reply = { ok, text: local.text, tokens: local.names.tokens.length }
  const point =
    points.known(process.point, position, reply, now) ??
    (await points.after(process.point, position, reply, now))
  const names = withDrawn(state, local.names, point)
  const again = process.again.filter((one) => one !== position).map((one) => (one > position ? one - 1 : one))
  replaceProcess(state, index, { ...process, point, names, again })
  const fresh = point.calls.slice(process.point.calls.length - 1)
  for (const call of fresh) if (call.op === 'handler') noteBegin(state, points.ground.config, runsOf(call))
  endIfOver(state, index)
}

/** Of a call of a handler: one, or those of a batch. */
export const runsOf = ({ args }: Call): readonly [RunOf, ...RunOf[]] => JSON.parse(args)

/** It dies. What it has sent may still arrive. */
export function kill(state: State, index: number, straggles: boolean): void {
  const { point, names, taken } = processAt(state, index)
  const sent = straggles ? point.calls.filter(({ op }) => isWrite(op)) : []
  const requests = sent.map(({ op, args }) => ({ op, args: toWorld(args, names) }))
  state.requests = [...state.requests, ...requests]
  state.processes = state.processes.toSpliced(index, 1)
  comeAgain(state, taken)
}

function endIfOver(state: State, index: number): void {
  const { point, taken, role, serial } = processAt(state, index)
  if (!point.outcome) return
  state.processes = state.processes.toSpliced(index, 1)
  if (point.outcome.ok && role === 'operator') state.past = { ...state.past, isLimitSet: true }
  if (point.outcome.ok) return
  if (!point.struck)
    state.broken = [
      ...state.broken,
      `${role} ${serial} throws, and nothing has struck it: ${point.outcome.error}`,
    ]
  comeAgain(state, taken)
}

/** A record of the stream comes again before those behind it. */
function comeAgain(state: State, taken: Process['taken']): void {
  if (taken) state.messages = [taken, ...state.messages]
}
