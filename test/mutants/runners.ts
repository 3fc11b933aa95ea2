/** The parent's end of a runner: one run at a time. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Found, Hunt } from './runner-process.ts'

export interface Runner {
  readonly run: (hunt: Hunt) => Promise<Found>
  readonly close: () => void
}

const PROGRAM = fileURLToPath(new URL('./runner-process.ts', import.meta.url))

export function openRunner(): Runner {
  const runner = fork(PROGRAM, { cwd: fileURLToPath(new URL('../../', import.meta.url)), stdio: 'ignore' })
  const ended = once(runner, 'exit').then(() => {
    throw new Error('a runner has ended amid the mutants')
  })
  ended.catch(() => undefined)
  return {
    run: async (hunt) => {
      const answer = once(runner, 'message')
      runner.send(hunt)
      const [found] = (await Promise.race([answer, ended])) as [Found]
      return found
    },
    close: () => void runner.kill(),
  }
}
