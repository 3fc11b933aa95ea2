/** One execution of a use case. It stands still until a call of it is answered. */
import { contextOver, type Ground } from './context.ts'
import { carryOut, type Task } from './roles.ts'

export interface Call {
  readonly op: string
  /** JSON, with the names by which this execution knows tokens and versions. */
  readonly args: string
}

export interface Reply {
  readonly ok: boolean
  /** JSON; empty for `undefined`. */
  readonly text: string
  /** How many tokens the execution knows by then. */
  readonly tokens: number
}

interface Pending extends Call {
  readonly answer: (reply: Reply) => void
}

/** What the world throws at the product. */
export class Struck extends Error {
  override readonly name = 'Struck'
}

const realImmediate = setImmediate
/** All continuations have run: the queue of microtasks is empty. */
const settled = (): Promise<void> => new Promise((resolve) => realImmediate(resolve))

export class Instance {
  /** Whether the last stretch has looked at the clock. */
  looked = false
  tokens = 0
  outcome: { readonly ok: boolean; readonly error?: string } | undefined
  readonly calls: Pending[] = []
  #now: number

  /** @param tokens how many its task speaks of */
  constructor(ground: Ground, task: Task, tokens: number, now: number) {
    this.#now = now
    this.tokens = tokens
    const ask = (op: string, ...args: unknown[]) => this.#ask(op, args)
    const clock = { now: () => this.#look(), sleep: (delay_ms: number) => this.#sleep(delay_ms) }
    const newToken = () => `~${this.tokens++}~`
    carryOut(task, contextOver({ ground, clock, newToken, ask }), ask).then(
      () => {
        this.outcome = { ok: true }
      },
      (error: unknown) => {
        this.outcome = { ok: false, error: String(error) }
      },
    )
  }

  /** Until it waits, or has ended. */
  rest(): Promise<void> {
    return settled()
  }

  async answer(position: number, reply: Reply, now: number): Promise<void> {
    this.#now = now
    this.looked = false
    this.tokens = reply.tokens
    const [call] = this.calls.splice(position, 1)
    call?.answer(reply)
    await settled()
  }

  #look(): number {
    this.looked = true
    return this.#now
  }

  #sleep(delay_ms: number): Promise<void> {
    return delay_ms > 0 ? this.#ask('sleep', [this.#look() + delay_ms]).then(() => {}) : Promise.resolve()
  }

  #ask(op: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const answer = ({ ok, text }: Reply) => {
        if (!ok) reject(new Struck(text))
        else resolve(text === '' ? undefined : JSON.parse(text))
      }
      this.calls.push({ op, args: JSON.stringify(withoutTail(args)), answer })
    })
  }
}

/** JSON would make `null` of an argument that is not given. */
const withoutTail = (args: readonly unknown[]): readonly unknown[] =>
  args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1)
