/** Calls to the store in waves: all that are under way are answered simultaneously, as if each took equally long. */
import type { World } from './world.ts'

interface Call {
  readonly name: string
  readonly answer: () => void
}

export class Waves {
  #underWay: Call[] = []

  constructor(world: World) {
    const { states, jobs } = world.context.store
    const { read, pass, writeBooks } = states
    const { range, remove } = jobs
    Object.assign(states, {
      read: (key: Parameters<typeof read>[0]) => this.#call(`read ${key}`, () => read(key)),
      pass: (...given: Parameters<typeof pass>) => this.#call(`pass ${given[0].shard}`, () => pass(...given)),
      writeBooks: (...given: Parameters<typeof writeBooks>) =>
        this.#call(`writeBooks ${given[0].shard}`, () => writeBooks(...given)),
    })
    Object.assign(jobs, {
      range: (query: Parameters<typeof range>[0]) => this.#call(`range ${query.shard}`, () => range(query)),
      remove: (item: Parameters<typeof remove>[0]) => this.#call(`remove ${item.pk}`, () => remove(item)),
    })
  }

  /** Lets all calls that are under way be answered, and returns what they were. Empty if none is. */
  async next(): Promise<string[]> {
    for (let n = 0; n < 1000; n++) await Promise.resolve()
    const calls = this.#underWay.splice(0)
    for (const { answer } of calls) answer()
    return calls.map(({ name }) => name).toSorted()
  }

  /** Until no call is under way any more. */
  async all(): Promise<string[][]> {
    const waves: string[][] = []
    for (let wave = await this.next(); wave.length > 0; wave = await this.next()) waves.push(wave)
    return waves
  }

  /** Lets everything be answered until that is done. */
  async through(action: Promise<unknown>): Promise<void> {
    let isDone = false
    const done = action.finally(() => {
      isDone = true
    })
    while (!isDone) await this.next()
    await done
  }

  /** Until such a call is under way, which is not answered yet. */
  async until(name: string): Promise<void> {
    do {
      for (let n = 0; n < 1000; n++) await Promise.resolve()
      if (this.#underWay.some((call) => call.name === name)) return
    } while ((await this.next()).length > 0)
    throw new Error(`there is no call "${name}"`)
  }

  /** Lets such calls be answered that are under way, and no others. */
  async answer(name: string): Promise<void> {
    const those = this.#underWay.filter((call) => call.name === name)
    if (those.length === 0) throw new Error(`there is no call "${name}"`)
    this.#underWay = this.#underWay.filter((call) => call.name !== name)
    for (const { answer } of those) answer()
    for (let n = 0; n < 1000; n++) await Promise.resolve()
  }

  async #call<Answer>(name: string, call: () => Promise<Answer>): Promise<Answer> {
    await new Promise<void>((answer) => this.#underWay.push({ name, answer }))
    return call()
  }
}
