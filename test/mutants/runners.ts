/** The parent's end of a runner: one run at a time, and a new process for one that never comes to its end. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Found, Hunt } from './runner-process.ts'

export interface Runner {
  readonly run: (hunt: Hunt) => Promise<Found>
  readonly close: () => void
}

const PROGRAM = fileURLToPath(new URL('./runner-process.ts', import.meta.url))

/** A mutant that never comes to an end is found as well. */
const LONGEST_RUN_MS = 600_000

export function openRunner(): Runner {
  let process = start()
  return {
    run: async (hunt) => {
      const over = new AbortController()
      const answer = once(process, 'message', { signal: over.signal }).then(([found]) => found as Found)
      const death = once(process, 'exit', { signal: over.signal }).then(died)
      process.send(hunt)
      try {
        return await Promise.race([answer, death, endless(over.signal)])
      } catch (error) {
        if (!(error instanceof EndlessRun)) throw error
        process.kill('SIGKILL')
        process = start()
        return { passes: false, failures: [error.message] }
      } finally {
        over.abort()
        await Promise.allSettled([answer, death])
      }
    },
    close: () => void process.kill(),
  }
}

class EndlessRun extends Error {}

const start = (): ChildProcess =>
  fork(PROGRAM, { cwd: fileURLToPath(new URL('../../', import.meta.url)), stdio: 'ignore' })

const died = (): never => {
  throw new Error('a runner has ended amid the mutants')
}

async function endless(signal: AbortSignal): Promise<never> {
  await sleep(LONGEST_RUN_MS, undefined, { signal })
  throw new EndlessRun(`its tests have not ended after ${LONGEST_RUN_MS} ms`)
}
