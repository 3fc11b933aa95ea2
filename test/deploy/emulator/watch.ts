/** Tells when CloudFormation is through with a stack, seconds before `cdk` has noticed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Watch {
  stop(): Promise<void>
}

/** Done with all that can change what functions do; what is left is to clean up. */
const THROUGH = /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE)/

/** Calls back once, when the stack has begun to change and is through. */
export function watchStack(
  { python, environment }: { readonly python: string; readonly environment: Record<string, string> },
  stack: string,
  through: () => void,
): Watch {
  const child = spawn(python, [join(import.meta.dirname, 'watch.py'), stack], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let began = false
  createInterface(child.stdout).on('line', (status) => {
    if (status.endsWith('_IN_PROGRESS') && !THROUGH.test(status)) began = true
    if (!began || !THROUGH.test(status)) return
    began = false
    through()
  })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  return { stop }
}
