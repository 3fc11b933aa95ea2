/** What comes from outside the processes: messages, and time. */
import type { ShardKey } from '../../../lib/core/keys.ts'
import { isLimiterKey } from '../../../lib/core/limits/queue-limiter.ts'
import type { Process, State } from '../state/state.ts'
import type { World } from '../world.ts'
import { awaited, notable } from './clocks.ts'
import { isPatient } from './effects.ts'
import type { Step, TimePasses } from './step.ts'

export function deliveries(state: State, world: World): Step[] {
  const { messages, processes, left, now } = state
  const busy = (roles: readonly Process['role'][]) =>
    processes.filter(({ role }) => roles.includes(role)).length
  const dispatches = busy(['arrivals', 'wake']) < world.dispatchers
  const takes = {
    arrivals: dispatches,
    wake: dispatches,
    work: busy(['work']) < world.workers,
    operator: true,
  }
  const seen = new Set<string>()
  return messages.flatMap(({ queue, body, visibleAt, received }, message) => {
    // The stream keeps the order of a shard's records; of two equal messages either will do.
    const same = queue === 'arrivals' ? `${queue}${shardOf(body)}` : `${queue}${received}${body}`
    if (visibleAt > now || !takes[queue] || seen.has(same)) return []
    seen.add(same)
    const step = { kind: 'deliver', queue, message } as const
    const steps: Step[] = [{ ...step, fate: 'taken' }]
    // A person is no message: who is told nothing of a call calls again.
    if (queue === 'operator') return steps
    if (left.copied > 0) steps.push({ ...step, fate: 'copied' })
    if (left.lost > 0) steps.push({ ...step, fate: 'lost' })
    if (left.crash > 0) steps.push({ ...step, fate: 'dies' })
    return steps
  })
}

const shardOf = (body: string): string => (JSON.parse(body) as { pk: string }).pk

export function strays({ left, processes, tables }: State, { dispatchers }: World): Step[] {
  const busy = processes.filter(({ role }) => role === 'arrivals' || role === 'wake').length
  if (left.strayWake === 0 || busy >= dispatchers) return []
  const shards = new Set([...tables.jobs.keys(), ...tables.states.keys()].filter((key) => !isLimiterKey(key)))
  return [...shards].map((shard) => ({ kind: 'stray', shard: shard as ShardKey }))
}

/** Time passes while all wait or run handlers; otherwise somebody is slow. */
export function passing(state: State, world: World, acts: readonly Step[]): TimePasses[] {
  const { processes, left } = state
  const isWaited = acts.every((step) => step.kind === 'call' && waits(state, step.process, step.position))
  const free = isWaited ? awaited(state, world).slice(0, 1) : []
  const calm = free
    .filter((to) => processes.every(({ endsAt }) => to < endsAt))
    .map((to): TimePasses => ({ kind: 'time', to, isSlow: false, straggling: false }))
  if (left.slow === 0 || processes.length === 0) return calm
  const straggles = left.straggler > 0 ? [false, true] : [false]
  const slow = notable(state, world).flatMap((to) =>
    straggles.map((straggling): TimePasses => ({ kind: 'time', to, isSlow: true, straggling })),
  )
  return [...calm, ...slow]
}

const waits = ({ processes }: State, process: number, position: number): boolean =>
  isPatient(processes[process]?.point.calls[position]?.op)
