/** Breadth first, so that the first violation has a shortest trace. */
import type { RawItem } from '../../../lib/core/job/job.ts'
import { violationsAtTheEnd, violationsOf } from '../checks/check.ts'
import { Points } from '../process/points.ts'
import { initialState } from '../state/initial.ts'
import { keyOf } from '../state/key.ts'
import type { State } from '../state/state.ts'
import { idOf } from '../steps/effects.ts'
import { enabledSteps } from '../steps/enabled.ts'
import { take } from '../steps/take.ts'
import type { Walk } from '../steps/walk.ts'
import type { World } from '../world.ts'
import { Graph } from './graph.ts'
import { traceOf } from './trace.ts'

export interface Violation {
  readonly what: string
  /** A line for each step that leads there. */
  readonly trace: readonly string[]
}

export interface Result {
  readonly name: string
  readonly states: number
  /** Steps that were taken between them. */
  readonly steps: number
  /** How many steps the farthest state is away. */
  readonly depth: number
  /** Every state that the world has was seen. */
  readonly complete: boolean
  readonly violations: readonly Violation[]
  /** What may have become of the jobs when all has come to rest, each way once. */
  readonly endings: readonly string[]
  /** How often the product's own code was run: see `process/points.ts`. */
  readonly points: number
}

export interface Bounds {
  /** How many states to look at, at the most. */
  readonly states: number
  readonly progress?: (result: Result) => void
}

/** States between two reports. */
const REPORT_EVERY = 50_000

interface Seen {
  readonly state: State
  readonly number: number
}

interface Found {
  readonly number: number
  readonly what: readonly string[]
}

export async function search(world: World, bounds: Bounds): Promise<Result> {
  const walk: Walk = { world, points: new Points(world) }
  const graph = new Graph()
  const first = await initialState(world, walk.points)
  const ends = new Map<number, string>()
  let frontier: readonly Seen[] = [{ state: first, number: graph.add(keyOf(first), 0, 0) }]
  let depth = 0
  const resultOf = (complete: boolean, violations: readonly Violation[] = []): Result => {
    const { states, steps } = graph
    const endings = [...new Set(ends.values())].sort()
    return {
      name: world.name,
      states,
      steps,
      depth,
      complete,
      violations,
      endings,
      points: walk.points.count,
    }
  }
  const report = () => {
    if (graph.states % REPORT_EVERY === 0) bounds.progress?.(resultOf(false))
  }
  while (frontier.length > 0) {
    const found = await layer({ walk, graph, ends, most: bounds.states, report }, frontier)
    if (found === 'bounded') return resultOf(false)
    if ('what' in found) {
      const violations = await told(world, graph, found)
      return { ...resultOf(false, violations), depth: graph.wayTo(found.number).length }
    }
    frontier = found.next
    if (frontier.length > 0) depth++
  }
  const lost = graph.withoutWayTo([...ends.keys()])
  if (lost === undefined) return resultOf(true)
  return resultOf(
    true,
    await told(world, graph, { number: lost, what: ['I4 from here nothing comes to rest'] }),
  )
}

interface Search {
  readonly walk: Walk
  readonly graph: Graph
  /** States at rest, and what has become of the jobs there. */
  readonly ends: Map<number, string>
  readonly most: number
  readonly report: () => void
}

/** All steps of the states that are one step farther away than those of the last layer. */
async function layer(
  { walk, graph, ends, most, report }: Search,
  frontier: readonly Seen[],
): Promise<Found | 'bounded' | { readonly next: readonly Seen[] }> {
  const next: Seen[] = []
  for (const { state, number } of frontier) {
    const steps = enabledSteps(state, walk.world)
    const stuck = steps.length === 0 ? violationsAtTheEnd(state) : []
    if (stuck.length > 0) return { number, what: stuck }
    if (steps.length === 0) ends.set(number, endingOf(state))
    for (const [choice, step] of steps.entries()) {
      const after = await take(walk, state, step)
      const key = keyOf(after)
      const known = graph.numberOf(key)
      if (known !== undefined) {
        graph.connect(number, known)
        continue
      }
      if (graph.states >= most) return 'bounded'
      const place = graph.add(key, number, choice)
      graph.connect(number, place)
      const what = violationsOf(after, walk.world)
      if (what.length > 0) return { number: place, what }
      next.push({ state: after, number: place })
      report()
    }
  }
  return { next }
}

/** Which attempts were made, which jobs have succeeded, and which are dead letters. */
function endingOf({ past, tables }: State): string {
  const letters = tables.history.map(
    ({ job, reason }) => `${idOf((JSON.parse(job) as RawItem).sk)} ${reason}`,
  )
  const parts = [[...past.begun], [...past.succeeded], letters]
  return parts.map((part) => part.sort().join(', ')).join(' / ')
}

async function told(world: World, graph: Graph, { number, what }: Found): Promise<Violation[]> {
  const trace = await traceOf(world, graph.wayTo(number))
  return [...new Set(what)].map((one) => ({ what: one, trace }))
}
