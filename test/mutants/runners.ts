/** The parent's end of a runner: one run at a time, and a new process after one that has not come to its end. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Found, Hunt } from './runner-process.ts'

export interface Runner {
  /** @param longest_ms what never comes to an end is found as well */
  readonly run: (hunt: Hunt, longest_ms: number) => Promise<Found>
  readonly close: () => void
}

const PROGRAM = fileURLToPath(new URL('./runner-process.ts', import.meta.url))

export function openRunner(): Runner {
  let process = start()
  return {
    run: async (hunt, longest_ms) => {
      const over = new AbortController()
      const answer = once(process, 'message', { signal: over.signal }).then(([found]) => found as Found)
      const death = once(process, 'exit', { signal: over.signal }).then(died)
      process.send(hunt)
      try {
        const found = await Promise.race([answer, death, endless(longest_ms, over.signal)])
        if (found.isStuck) {
          process.kill('SIGKILL')
          process = start()
        }
        return found
      } finally {
        over.abort()
        await Promise.allSettled([answer, death])
      }
    },
    close: () => void process.kill(),
  }
}

const start = (): ChildProcess =>
  fork(PROGRAM, { cwd: fileURLToPath(new URL('../../', import.meta.url)), stdio: 'ignore' })

const died = (): never => {
  throw new Error('a runner has ended amid the mutants')
}

async function endless(longest_ms: number, signal: AbortSignal): Promise<Found> {
  await sleep(longest_ms, undefined, { signal })
  return { passes: false, failures: [`its tests have not ended after ${longest_ms} ms`], isStuck: true }
}
