/** Every step that a state has. The few that are left out, and why nothing is lost by that, stand in the README. */
import type { Call } from '../process/instance.ts'
import type { Process, State } from '../state/state.ts'
import type { Fault, World } from '../world.ts'
import { deliveries, passing, strays } from './coming.ts'
import { isTransaction, isWrite } from './effects.ts'
import { runsOf } from './processes.ts'
import { type End, type Fate, isFailure, type Step } from './step.ts'
import { allowedSteps } from './usual.ts'

export const enabledSteps = (state: State, world: World): readonly Step[] =>
  allowedSteps(state, allSteps(state, world))

export function allSteps(state: State, world: World): Step[] {
  const acts = [
    ...state.processes.flatMap((process, index) => callsOf(state, process, index)),
    ...state.requests.map((_, request): Step => ({ kind: 'request', request })),
    ...deliveries(state, world),
  ]
  const steps = [...acts, ...strays(state, world), ...passing(state, world, acts)]
  return steps.length > 0 || isAtRest(state) ? steps : sweeps(state)
}

const callsOf = (state: State, { point }: Process, process: number): Step[] =>
  point.calls.flatMap((call, position) => fatesOf(state, process, position, call))

function fatesOf(state: State, process: number, position: number, call: Call): Step[] {
  const { op } = call
  if (op === 'sleep') return []
  const has = (fault: Fault) => state.left[fault] > 0
  const isAgain = state.processes[process]?.again.includes(position)
  const isClient = state.processes[process]?.role === 'client'
  const fates: Fate[] = ['done']
  if (op === 'paused') return withEnds(state, process, position, fates)
  if (op === 'handler')
    return withEnds(state, process, position, has('handlerFails') ? [...fates, ...failuresOf(call)] : fates)
  if (has('refused')) fates.push('refused')
  if (isWrite(op) && has('replyLost') && !isClient) fates.push('replyLost')
  if (isWrite(op) && !isTransaction(op) && !isAgain && !isClient && has('sentTwice')) fates.push('sentTwice')
  return withEnds(state, process, position, fates)
}

const failuresOf = (call: Call): Fate[] =>
  runsOf(call).length === 1 ? ['fails'] : ['fails', 'firstFails', 'lastFails']

/** A process dies after a step of its own: while it does nothing it might as well be dead. */
function withEnds({ left, processes }: State, process: number, position: number, fates: Fate[]): Step[] {
  const mortal = left.crash > 0 && processes[process]?.role !== 'client'
  const ends: End[] = mortal
    ? left.straggler > 0
      ? ['goesOn', 'dies', 'straggles']
      : ['goesOn', 'dies']
    : ['goesOn']
  return fates.flatMap((fate) =>
    ends
      .filter((end) => end === 'goesOn' || fate === 'done' || isFailure(fate))
      .map((end): Step => ({ kind: 'call', process, position, fate, end })),
  )
}

/** Nothing moves, and nothing ever will but a sweep. */
const sweeps = ({ sweepsLeft }: State): Step[] => (sweepsLeft > 0 ? [{ kind: 'sweep' }] : [])

/** All that was ever begun has ended. */
export const isAtRest = ({ processes, messages, requests, tables }: State): boolean =>
  processes.length + messages.length + requests.length + tables.jobs.size === 0 &&
  [...tables.states.values()].every(({ slots }) => Object.keys(slots).length === 0)
