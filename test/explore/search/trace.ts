/** A way through a world, told step by step. */
import { Points } from '../process/points.ts'
import { EPOCH_MS, initialState } from '../state/initial.ts'
import { toWorld } from '../state/names.ts'
import { processAt, type State } from '../state/state.ts'
import { enabledSteps } from '../steps/enabled.ts'
import type { Step } from '../steps/step.ts'
import { take } from '../steps/take.ts'
import type { World } from '../world.ts'

/** Takes the same steps again. */
export async function traceOf(world: World, choices: readonly number[]): Promise<string[]> {
  const walk = { world, points: new Points(world) }
  const lines: string[] = []
  let state = await initialState(world, walk.points)
  for (const choice of choices) {
    const step = enabledSteps(state, world)[choice]
    if (!step) throw new Error(`the step ${choice} is not there any more`)
    const after = await take(walk, state, step)
    lines.push(`${timeOf(state)} ${describe(state, step)}${changesOf(state, after)}`)
    state = after
  }
  return lines
}

const timeOf = ({ now }: State): string => `${((now - EPOCH_MS) / 1000).toFixed(3).padStart(9)} s`

function describe(state: State, step: Step): string {
  switch (step.kind) {
    case 'call': {
      const { role, serial, point, names } = processAt(state, step.process)
      const { op = '', args = '' } = point.calls[step.position] ?? {}
      const fate = step.fate === 'done' ? '' : ` [${step.fate}]`
      const end = step.end === 'goesOn' ? '' : ` [then it ${step.end}]`
      return `${role} ${serial}: ${op}${fate}${end} ${clipped(toWorld(args, names))}`
    }
    case 'deliver': {
      const message = state.messages[step.message]
      const fate = step.fate === 'taken' ? '' : ` [${step.fate}]`
      return `delivered${fate} to ${step.queue} ${state.serials}: ${clipped(message?.body ?? '')}`
    }
    case 'stray':
      return `a stray wake-up of ${step.shard} begins wake ${state.serials}`
    case 'request': {
      const request = state.requests[step.request]
      return `a request of a dead process arrives: ${request?.op} ${clipped(request?.args ?? '')}`
    }
    case 'time':
      return `${step.isSlow ? 'all this takes so long that ' : ''}it becomes ${timeOf({ ...state, now: step.to }).trim()}`
    case 'sweep':
      return 'a sweep'
  }
}

/** What it did to the slots, who holds which, and to the jobs. */
function changesOf(before: State, after: State): string {
  const [was, is] = [standOf(before), standOf(after)]
  return was === is ? '' : `\n${' '.repeat(12)}→ ${is}`
}

function standOf({ tables }: State): string {
  const shards = [...tables.states.values()].map(({ shard, slots, waiting, version }) => {
    const held = Object.entries(slots).map(([id, slot]) => {
      const more = slot.others ? ` and ${slot.others.length} more` : ''
      return `${id}${more} ${'deadline' in slot ? 'runs' : 'claimed'} ${slot.token}`
    })
    return `${shard} v${version} [${held.join(', ')}]${waiting ? ' waiting' : ''}`
  })
  const jobs = [...tables.jobs.values()].flatMap((items) => [...items.keys()])
  return [...shards, `jobs ${jobs.map((sk) => sk.split('#').at(-1)).join(' ')}`].join('; ')
}

const LONGEST_TEXT = 150
const clipped = (text: string): string =>
  text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
