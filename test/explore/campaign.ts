/** Worlds on all cores, each in a process of its own, so that none inherits the memory of another. */
import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Answer, Order } from './child.ts'
import type { Result } from './search/search.ts'

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))
const MEMORY_MB = 4096

export interface Exploration extends Order {
  /** Of `test/sim/mutants`, or of `test/mutants`. */
  readonly mutant?: string
}

export async function exploreAll(
  explorations: readonly Exploration[],
  report: (answer: Answer) => void = () => {},
): Promise<Result[]> {
  const results: Result[] = []
  const waiting = explorations.entries()
  const lane = async () => {
    for (const [place, exploration] of waiting) results[place] = await explore(exploration, report)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
  return results
}

/** @throws if the process dies */
function explore({ mutant, ...order }: Exploration, report: (answer: Answer) => void): Promise<Result> {
  const child = fork(CHILD, mutant === undefined ? [] : [mutant], {
    execArgv: [`--max-old-space-size=${MEMORY_MB}`],
  })
  return new Promise<Result>((resolve, reject) => {
    child.on('message', (answer: Answer) => {
      report(answer)
      if (answer.kind === 'result') resolve(answer.result)
    })
    child.once('exit', (code) =>
      reject(new Error(`the process that explores "${order.world}" ended with ${code}`)),
    )
    child.send(order)
  }).finally(() => child.kill('SIGKILL'))
}
