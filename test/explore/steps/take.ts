/** Takes one step: from a state to the next. */
import { againstWhatWasSet } from '../checks/set.ts'
import { copyOf, type State, spend } from '../state/state.ts'
import { takeCall } from './calls.ts'
import { begin, deliver } from './deliver.ts'
import { carryOutRequest } from './effects.ts'
import { allSteps } from './enabled.ts'
import { forgetStarts } from './past.ts'
import { kill } from './processes.ts'
import type { Step, TimePasses } from './step.ts'
import { sweepOnce } from './sweep.ts'
import { goOnWhereNobodySees } from './unseen.ts'
import { noteDeviation } from './usual.ts'
import type { Walk } from './walk.ts'

export async function take(walk: Walk, before: State, step: Step): Promise<State> {
  const state = copyOf(before)
  await change(walk, state, step)
  if (before.deviationsLeft !== undefined) noteDeviation(before, state, allSteps(before, walk.world), step)
  await goOnWhereNobodySees(walk, state)
  state.past = forgetStarts(state.past, walk.world, state.now)
  state.broken = [...state.broken, ...againstWhatWasSet(before, state, walk.world)]
  return state
}

function change(walk: Walk, state: State, step: Step): Promise<void> | void {
  switch (step.kind) {
    case 'call':
      return takeCall(walk, state, step)
    case 'deliver':
      return deliver(walk, state, step)
    case 'stray':
      spend(state, 'strayWake')
      return begin(walk, state, { role: 'wake', message: { shard: step.shard } })
    case 'request':
      return arriveLate(state, step.request)
    case 'time':
      return pass(state, step)
    case 'sweep':
      return sweepOnce(walk.world, state)
  }
}

async function arriveLate(state: State, index: number): Promise<void> {
  const request = state.requests[index]
  state.requests = state.requests.toSpliced(index, 1)
  if (request) await carryOutRequest(state, request.op, request.args)
}

/** Invocations whose time is over by then are stopped. */
function pass(state: State, { to, isSlow, straggling }: TimePasses): void {
  if (isSlow) spend(state, 'slow')
  if (straggling) spend(state, 'straggler')
  state.now = to
  for (const process of state.processes.filter(({ endsAt }) => endsAt <= to))
    kill(state, state.processes.indexOf(process), straggling)
}
