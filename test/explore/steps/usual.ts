/**
 * Large worlds are seen up to so many deviations from one usual course: whoever acts goes on until it waits or ends, then
 * the oldest message is delivered, and handlers end when nothing else is to be done. Faults strike at any step of it all the
 * same. Most races need one deviation or two, and each more multiplies the states by the length of a course.
 */
import type { State } from '../state/state.ts'
import { isPatient } from './effects.ts'
import type { CallStep, Step } from './step.ts'

/** What is of the same place is one choice, with whatever fate: faults are counted by themselves. */
function placeOf(step: Step): string | undefined {
  switch (step.kind) {
    case 'call':
      return `call ${step.process} ${step.position}`
    case 'deliver':
      return `deliver ${step.message}`
    case 'request':
      return `request ${step.request}`
    // A fault, or what comes only when nothing else does.
    case 'stray':
    case 'time':
    case 'sweep':
      return undefined
  }
}

function usualPlace({ processes, acting }: State, steps: readonly Step[]): string | undefined {
  const opOf = (step: CallStep) => processes[step.process]?.point.calls[step.position]?.op
  const calls = steps.filter((step) => step.kind === 'call')
  const [ends, others] = [true, false].map((isEnd) => calls.filter((one) => isPatient(opOf(one)) === isEnd))
  const own = others?.find(({ process }) => processes[process]?.serial === acting)
  const rest = steps.filter(({ kind }) => kind === 'deliver' || kind === 'request')
  const first = [own, ...(others ?? []), ...rest, ...(ends ?? [])].find((step) => step !== undefined)
  return first && placeOf(first)
}

/** Those that the world still allows. */
export function allowedSteps(state: State, steps: readonly Step[]): readonly Step[] {
  if (state.deviationsLeft !== 0) return steps
  const usual = usualPlace(state, steps)
  return steps.filter((step) => (placeOf(step) ?? usual) === usual)
}

/** Notes who acts now, and whether that was to be expected. */
export function noteDeviation(before: State, after: State, steps: readonly Step[], step: Step): void {
  if (before.deviationsLeft === undefined) return
  const usual = usualPlace(before, steps)
  if ((placeOf(step) ?? usual) !== usual) after.deviationsLeft = before.deviationsLeft - 1
  if (step.kind === 'call') after.acting = before.processes[step.process]?.serial
  else if (after.serials > before.serials) after.acting = before.serials
}
