/** S3: fauxqs in a process of its own, or whatever speaks its protocol. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bucket } from '../resources/buckets.ts'
import { external } from './external.ts'
import { type Engine, freePort, startEngine } from './process.ts'

const PROCESS = fileURLToPath(new URL('./fauxqs-s3-process.ts', import.meta.url))

export interface S3Options {
  /** Where the objects go. They survive a restart of the engine. */
  dir: string
  region: string
  buckets: Bucket[]
  /** An engine that runs already. */
  endpoint?: string | undefined
  notice(text: string): void
}

/** None, for a stack without buckets. */
export async function startS3(options: S3Options): Promise<Engine | undefined> {
  const { dir, region, buckets, endpoint, notice } = options
  if (buckets.length === 0) return undefined
  const args = [region, join(dir, 's3')]
  const engine =
    endpoint === undefined
      ? await startEngine({ name: 'S3', port: await freePort(), module: PROCESS, args, notice })
      : external('S3', endpoint)
  for (const { name } of buckets) await createBucket(engine.endpoint, name)
  return engine
}

/** By a plain request: nothing else here speaks to S3, and its client takes a while to load. */
async function createBucket(endpoint: string, name: string): Promise<void> {
  const { status } = await fetch(`${endpoint}/${name}`, { method: 'PUT' })
  // 409: it is there already, in an engine given by the environment.
  if (status !== 200 && status !== 409) throw new Error(`Bucket ${name}: S3 answers ${status}.`)
}
