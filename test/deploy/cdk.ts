/** The real `cdk`, as a user calls it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join, resolve } from 'node:path'
import { QUIET_CDK } from '../support/package-apps.ts'

const ROOT = resolve(import.meta.dirname, '../..')

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly output: string }

export class Cdk {
  readonly #directory: string
  readonly #environment: Readonly<Record<string, string>>

  constructor(directory: string, environment: Readonly<Record<string, string>>) {
    this.#directory = directory
    this.#environment = environment
  }

  /**
   * Returns when `cdk` has, and thus CloudFormation.
   * @param sources the folder that the app is taken from. Default: the working tree
   */
  async run(
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
    sources = ROOT,
  ): Promise<Outcome> {
    const script = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk')
    const app = ['--app', `"${process.execPath}" test/deploy/app/app.ts`]
    const output = ['--output', join(this.#directory, 'cdk.out'), '--no-color', '--ci']
    const child = spawn(process.execPath, [script, ...args, ...app, ...output], {
      cwd: sources,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...this.#own(), ...QUIET_CDK, ...this.#environment, ...variables },
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        text += chunk
      })
    const [code] = await once(child, 'close')
    return code === 0 ? { ok: true } : { ok: false, output: text }
  }

  /** Credentials and profiles of whoever runs the test are not for it. */
  #own(): Record<string, string> {
    return {
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: this.#directory,
      TMPDIR: this.#directory,
    }
  }
}
