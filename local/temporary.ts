/**
 * Folders in the temporary directory, each with its owner in its name: the machine (containers may share a directory)
 * and the process. What a process left behind that was killed is removed by whoever makes a folder next.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = `local-cloud-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}`
let cleaning: Promise<void> | undefined

/** A new folder of this process. Its maker removes it. */
export async function temporaryFolder(purpose: string): Promise<string> {
  cleaning ??= removeAbandoned()
  await cleaning
  return mkdtemp(join(tmpdir(), `${PREFIX}-${process.pid}-${purpose}-`))
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

async function removeAbandoned(): Promise<void> {
  const names = await readdir(tmpdir())
  const abandoned = names.filter((name) => {
    const [, owner] = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name) ?? []
    return owner !== undefined && !isAlive(Number(owner))
  })
  // Another user's cannot be removed: they will do it.
  await Promise.all(abandoned.map((name) => removeFolder(join(tmpdir(), name)).catch(() => {})))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
