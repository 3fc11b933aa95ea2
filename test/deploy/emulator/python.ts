/** MiniStack from PyPI, in a folder of its own, fetched once a machine. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const VERSION = '1.5.33'
const OLDEST_PYTHON = [3, 10] as const
const INSTALL_TIMEOUT_MS = 300_000
/** Outside of the repository: 150 MB. */
const FOLDER = join(tmpdir(), `sluice-ministack-${VERSION}`)
const run = promisify(execFile)

/** The Python that has MiniStack, or what is missing to get it, in words that go into a test report. */
export type Ministack =
  | { readonly ok: true; readonly python: string }
  | { readonly ok: false; readonly missing: string }

export async function installMinistack(): Promise<Ministack> {
  const python = join(FOLDER, 'bin', 'python')
  if (existsSync(python)) return { ok: true, python }
  const missing = missingPython()
  if (missing) return { ok: false, missing }
  try {
    await install()
    return { ok: true, python }
  } catch (error) {
    const why = String(error instanceof Error ? error.message : error)
      .split('\n')
      .slice(-4)
      .join(' ')
    return { ok: false, missing: `MiniStack ${VERSION} cannot be installed with pip: ${why}` }
  }
}

function missingPython(): string | undefined {
  const { stdout = '' } = spawnSync('python3', ['--version'], { encoding: 'utf8' })
  const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout ?? '') ?? []
  if (major === undefined) return 'MiniStack needs Python 3.10, and there is no python3 in the PATH'
  const isOld = Number(major) < OLDEST_PYTHON[0] || Number(minor) < OLDEST_PYTHON[1]
  return isOld ? `MiniStack needs Python 3.10, and python3 is ${major}.${minor}` : undefined
}

/** Under another name first: a folder that is there is whole. `pip` is called as a module, for scripts hold old paths. */
async function install(): Promise<void> {
  const unfinished = `${FOLDER}-${process.pid}`
  const options = { timeout: INSTALL_TIMEOUT_MS }
  try {
    await run('python3', ['-m', 'venv', unfinished], options)
    const packages = [`ministack==${VERSION}`, 'boto3']
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]
    await run(join(unfinished, 'bin', 'python'), pip, options)
    if (!existsSync(FOLDER)) await rename(unfinished, FOLDER)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}
