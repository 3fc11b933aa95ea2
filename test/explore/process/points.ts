/**
 * How far executions have come. An execution is a function of its task and of the answers that it got, so each of its
 * resting places, a *point*, is known by those, and is computed once however many states of the world it stands in.
 */
import type { Ground } from './context.ts'
import { type Call, Instance, type Reply } from './instance.ts'
import type { Task } from './roles.ts'

export interface Point {
  readonly id: number
  /** Those that are not answered yet. */
  readonly calls: readonly Call[]
  /** How many tokens the execution knows. */
  readonly tokens: number
  readonly outcome: Instance['outcome']
  /** Whether it was ever given an error. */
  readonly struck: boolean
  readonly next: Map<string, Point>
  readonly came: Came
  live: Instance | undefined
}
type Came =
  | { readonly task: Task; readonly tokens: number; readonly now: number }
  | { readonly from: Point; readonly position: number; readonly reply: Reply; readonly now: number }

/** An execution that rests can be taken further without running it anew. So many of the latest are kept. */
const KEPT_ALIVE = 20_000

export class Points {
  count = 0
  readonly ground: Ground
  readonly #first = new Map<string, Point>()
  readonly #alive: Point[] = []

  constructor(ground: Ground) {
    this.ground = ground
  }

  /** @param text the task, with names of its own for tokens */
  async first(text: string, tokens: number, now: number): Promise<Point> {
    const known = this.#first.get(text) ?? this.#first.get(`${text}@${now}`)
    if (known) return known
    const task = JSON.parse(text) as Task
    const live = new Instance(this.ground, task, tokens, now)
    await live.rest()
    const point = this.#pointOf(live, { task, tokens, now }, false)
    this.#first.set(live.looked ? `${text}@${now}` : text, point)
    return point
  }

  /** The point to which an answer leads, if that is known already. */
  known(from: Point, position: number, reply: Reply, now: number): Point | undefined {
    const key = keyOf(position, reply)
    return from.next.get(key) ?? from.next.get(`${key}@${now}`)
  }

  async after(from: Point, position: number, reply: Reply, now: number): Promise<Point> {
    const known = this.known(from, position, reply, now)
    if (known) return known
    const live = from.live ?? (await this.#replayed(from))
    from.live = undefined
    await live.answer(position, reply, now)
    const point = this.#pointOf(live, { from, position, reply, now }, from.struck || !reply.ok)
    // If it has not looked at the clock, it goes the same way at any time.
    const key = keyOf(position, reply)
    from.next.set(live.looked ? `${key}@${now}` : key, point)
    return point
  }

  async #replayed(point: Point): Promise<Instance> {
    const { came } = point
    if ('task' in came) {
      const live = new Instance(this.ground, came.task, came.tokens, came.now)
      await live.rest()
      return live
    }
    const live = await this.#replayed(came.from)
    await live.answer(came.position, came.reply, came.now)
    return live
  }

  #pointOf(live: Instance, came: Came, struck: boolean): Point {
    const { tokens, outcome } = live
    const calls = live.calls.map(({ op, args }) => ({ op, args }))
    const point = { id: this.count++, calls, tokens, outcome, struck, next: new Map(), came, live }
    const old = this.#alive[point.id % KEPT_ALIVE]
    if (old) old.live = undefined
    this.#alive[point.id % KEPT_ALIVE] = point
    return point
  }
}

const keyOf = (position: number, { ok, text }: Reply): string => `${position}${ok ? '=' : '!'}${text}`
