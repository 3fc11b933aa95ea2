/** Programs from PyPI, each in a folder of its own outside of the repository, fetched once a machine. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const OLDEST_PYTHON = [3, 10] as const
const INSTALL_TIMEOUT_MS = 300_000
const run = promisify(execFile)

export interface Program {
  readonly name: string
  readonly version: string
  /** What else it needs. */
  readonly besides?: readonly string[]
}

/** The Python that has the program, or what is missing to get it, in words that go into a test report. */
export type Installed =
  | { readonly ok: true; readonly python: string }
  | { readonly ok: false; readonly missing: string }

export async function installProgram(program: Program): Promise<Installed> {
  const { name, version } = program
  const folder = join(tmpdir(), `sluice-${name}-${version}`)
  const python = join(folder, 'bin', 'python')
  if (existsSync(python)) return { ok: true, python }
  const missing = missingPython(name)
  if (missing) return { ok: false, missing }
  try {
    await install(program, folder)
    return { ok: true, python }
  } catch (error) {
    const why = String(error instanceof Error ? error.message : error)
      .split('\n')
      .slice(-4)
      .join(' ')
    return { ok: false, missing: `${name} ${version} cannot be installed with pip: ${why}` }
  }
}

function missingPython(name: string): string | undefined {
  const { stdout = '' } = spawnSync('python3', ['--version'], { encoding: 'utf8' })
  const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout ?? '') ?? []
  if (major === undefined) return `${name} needs Python 3.10, and there is no python3 in the PATH`
  const isOld = Number(major) < OLDEST_PYTHON[0] || Number(minor) < OLDEST_PYTHON[1]
  return isOld ? `${name} needs Python 3.10, and python3 is ${major}.${minor}` : undefined
}

/** Under another name first: a folder that is there is whole. `pip` is called as a module, for scripts hold old paths. */
async function install({ name, version, besides = [] }: Program, folder: string): Promise<void> {
  const unfinished = `${folder}-${process.pid}`
  const options = { timeout: INSTALL_TIMEOUT_MS }
  try {
    await run('python3', ['-m', 'venv', unfinished], options)
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    await run(join(unfinished, 'bin', 'python'), [...pip, `${name}==${version}`, ...besides], options)
    if (!existsSync(folder)) await rename(unfinished, folder)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}
