/** Messages come to those who are invoked by them. */
import type { RawItem } from '../../../lib/core/job/job.ts'
import { DISPATCHER_TIMEOUT_MS, WAKE_VISIBILITY_MS, WORK_COMES_BACK_MS } from '../../../lib/core/times.ts'
import type { DispatchMessage, WorkMessage } from '../../../lib/ports/queues.ts'
import type { Task } from '../process/roles.ts'
import { type Message, type State, spend } from '../state/state.ts'
import type { World } from '../world.ts'
import { clockOf } from './clocks.ts'
import { spawn } from './processes.ts'
import type { Deliver } from './step.ts'
import type { Walk } from './walk.ts'

export async function deliver(walk: Walk, state: State, step: Deliver): Promise<void> {
  const message = state.messages[step.message]
  if (!message) throw new Error(`there is no message ${step.message}`)
  if (step.fate !== 'copied') state.messages = state.messages.toSpliced(step.message, 1)
  if (step.fate === 'lost') return spend(state, 'lost')
  const taken = received(walk.world, message, state.now)
  if (step.fate === 'dies') {
    spend(state, 'crash')
    state.messages = [taken, ...state.messages]
    return
  }
  if (step.fate === 'copied') spend(state, 'copied')
  await begin(walk, state, taskOf(walk.world, message, state.now), taken)
}

export const begin = ({ world, points }: Walk, state: State, task: Task, taken?: Message): Promise<void> => {
  const lasts_ms = { work: world.worker_ms, operator: Number.POSITIVE_INFINITY }
  const endsAt =
    state.now +
    (task.role === 'work' || task.role === 'operator' ? lasts_ms[task.role] : DISPATCHER_TIMEOUT_MS)
  const now = clockOf(world, task.role, state.now)
  return spawn(state, points, task, { endsAt, ...(taken ? { taken } : {}) }, now)
}

/** As it is while somebody has it. */
function received({ worker_ms }: World, message: Message, now: number): Message {
  const hidden_ms = {
    arrivals: 0,
    operator: 0,
    wake: WAKE_VISIBILITY_MS,
    work: worker_ms + WORK_COMES_BACK_MS,
  }[message.queue]
  return { ...message, received: message.received + 1, visibleAt: now + hidden_ms }
}

function taskOf({ worker_ms }: World, { queue, body, received }: Message, now: number): Task {
  switch (queue) {
    case 'arrivals':
      return { role: 'arrivals', item: JSON.parse(body) as RawItem }
    case 'operator':
      return { role: 'operator', pauses: body, again: received > 0 }
    case 'wake':
      return { role: 'wake', message: JSON.parse(body) as DispatchMessage }
    case 'work': {
      const message = JSON.parse(body) as WorkMessage
      return { role: 'work', message, redelivered: received > 0, endsAt: now + worker_ms }
    }
  }
}
