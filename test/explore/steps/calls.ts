/** What becomes of a call, and of the process that has made it. */
import { toWorld } from '../state/names.ts'
import { type Process, processAt, replaceProcess, type State, spend } from '../state/state.ts'
import { clockOf } from './clocks.ts'
import { carryOutRequest } from './effects.ts'
import { noteSuccess } from './past.ts'
import { goOn, kill, runsOf } from './processes.ts'
import { type CallStep, isFailure } from './step.ts'
import type { Walk } from './walk.ts'

export async function takeCall(walk: Walk, state: State, step: CallStep): Promise<void> {
  const { process: index, fate, end } = step
  const process = processAt(state, index)
  if (fate !== 'done') spend(state, isFailure(fate) ? 'handlerFails' : fate)
  const { op } = callAt(process, step)
  if (op === 'handler') await endHandler(walk, state, step)
  else if (op === 'paused') await goOnAfter(walk, state, step, '')
  else await answer(walk, state, step)
  if (end === 'goesOn') return
  spend(state, 'crash')
  if (end === 'straggles') spend(state, 'straggler')
  // It may have come to its end by that very answer.
  const still = state.processes.findIndex(({ serial }) => serial === process.serial)
  if (still !== -1) kill(state, still, end === 'straggles')
}

function callAt({ serial, point }: Process, { position }: CallStep) {
  const call = point.calls[position]
  if (!call) throw new Error(`process ${serial} has no call ${position}`)
  return call
}

async function endHandler(walk: Walk, state: State, step: CallStep): Promise<void> {
  const { process: index, fate } = step
  const process = processAt(state, index)
  const runs = runsOf(callAt(process, step))
  const fails = runs.map((_, place) => failsAt(fate, place, runs.length))
  const good = runs.filter((_, place) => !fails[place])
  if (good.length > 0) noteSuccess(state, good)
  await goOnAfter(walk, state, step, JSON.stringify(fails.map((isBad) => (isBad ? REFUSED : SUCCEEDED))))
}

const REFUSED = { kind: 'failed', error: 'refused by the service' }
const SUCCEEDED = { kind: 'succeeded' }

/** Of which jobs of a batch. */
const failsAt = (fate: CallStep['fate'], place: number, jobs: number): boolean =>
  fate === 'fails' || (fate === 'firstFails' && place === 0) || (fate === 'lastFails' && place === jobs - 1)

function goOnAfter({ world, points }: Walk, state: State, step: CallStep, text: string): Promise<void> {
  const { process: index, position } = step
  const now = clockOf(world, processAt(state, index).role, state.now)
  return goOn(state, points, index, { position, ok: true, text, now })
}

async function answer({ world, points }: Walk, state: State, step: CallStep): Promise<void> {
  const { process: index, position, fate } = step
  const process = processAt(state, index)
  const { op, args } = callAt(process, step)
  const reply = { position, now: clockOf(world, process.role, state.now) }
  if (fate === 'refused') return goOn(state, points, index, { ...reply, ok: false, text: 'refused' })
  const text = await carryOutRequest(state, op, toWorld(args, process.names))
  if (fate === 'sentTwice')
    return replaceProcess(state, index, { ...process, again: [...process.again, position] })
  if (fate === 'replyLost') return goOn(state, points, index, { ...reply, ok: false, text: 'reply lost' })
  const isUncertain = process.again.includes(position) && text === CONFLICT
  await goOn(state, points, index, { ...reply, ok: true, text: isUncertain ? UNCERTAIN : text })
}

const CONFLICT = JSON.stringify({ kind: 'conflict' })
/** What the adapter says of a pass that was sent again: see `lib/ports/store.ts`. */
const UNCERTAIN = JSON.stringify({ kind: 'conflict', isUncertain: true })
