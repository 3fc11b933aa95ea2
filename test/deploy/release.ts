/** The sources of the last release, taken from the repository: what people have deployed when they upgrade. */
import { execFile } from 'node:child_process'
import { mkdir, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

/** By its commit, for not every copy of a repository has its tags. */
export const RELEASE = { name: 'v0.1.0', commit: 'b7339dff6ed59483ce82b184255f46696e6ef985' }

const ROOT = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

/** What is missing to have the release, or nothing. */
export async function missingRelease(): Promise<string | undefined> {
  try {
    await run('git', ['-C', ROOT, 'cat-file', '-e', `${RELEASE.commit}^{commit}`])
    return undefined
  } catch {
    return `${RELEASE.name} is not in this copy of the repository: fetch its whole history`
  }
}

/** Returns the folder. What it depends on is a part of what the working tree does. */
export async function unpackRelease(directory: string): Promise<string> {
  const folder = join(directory, RELEASE.name)
  const archive = `${folder}.tar`
  await mkdir(folder)
  await run('git', ['-C', ROOT, 'archive', '--output', archive, RELEASE.commit])
  await run('tar', ['-xf', archive, '-C', folder])
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}
