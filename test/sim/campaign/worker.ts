/** The parent's view of a child process: seeds in, a summary out. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answer } from './child.ts'
import type { Summary } from './summary.ts'

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

export class CampaignWorker {
  readonly #child: ChildProcess
  readonly #ready: Promise<void>

  constructor(mutant?: string) {
    this.#child = fork(CHILD, mutant === undefined ? [] : [mutant])
    this.#ready = this.#next<unknown>().then(() => {})
    this.#ready.catch(() => {})
  }

  /** @throws where the process dies before it has loaded the product */
  ready(): Promise<void> {
    return this.#ready
  }

  /** @throws where the process dies, or takes longer than `within_ms` of real time */
  async run(seeds: readonly number[], within_ms: number): Promise<Summary> {
    await this.#ready
    const answer = this.#next<Answer>(within_ms)
    this.#child.send({ seeds })
    return (await answer).summary
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }

  #next<T>(within_ms = 300_000): Promise<T> {
    const child = this.#child
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => finish(() => reject(new Error(`no answer within ${within_ms} ms`))),
        within_ms,
      )
      const onMessage = (message: unknown) => finish(() => resolve(message as T))
      const onExit = (code: number | null) =>
        finish(() => reject(new Error(`a child process ended with ${code}`)))
      function finish(settle: () => void): void {
        clearTimeout(timer)
        child.off('message', onMessage).off('exit', onExit)
        settle()
      }
      child.once('message', onMessage).once('exit', onExit)
    })
  }
}
