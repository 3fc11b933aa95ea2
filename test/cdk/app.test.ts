/** `npx cdk synth`, as a user types it: the ready-made app, offline, without an AWS account. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-app-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** Nobody answers at this address: whoever asks the network fails. */
const OFFLINE = {
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
  AWS_EC2_METADATA_DISABLED: 'true',
}

async function cdkSynth(...args: string[]): Promise<{ Resources: object; Outputs: object }> {
  const cdk = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk')
  await promisify(execFile)(
    process.execPath,
    [cdk, 'synth', '--quiet', '--strict', '--output', directory, ...args],
    {
      cwd: root,
      env: {
        HOME: directory,
        PATH: `${join(root, 'node_modules', '.bin')}:${process.env['PATH']}`,
        ...OFFLINE,
      },
    },
  )
  return JSON.parse(await readFile(join(directory, 'Sluice.template.json'), 'utf8'))
}

test('synthesises the example and tells what one needs to talk to it', { timeout: 60_000 }, async () => {
  const { Outputs } = await cdkSynth()
  expect(Object.keys(Outputs)).toEqual([
    'JobsTableName',
    'StateTableName',
    'HistoryTableName',
    'SchedulesTableName',
    'WorkQueueUrl',
    'WakeQueueUrl',
    'IngestQueueUrl',
    'PayloadsBucketName',
    'EventBusName',
  ])
})

test('takes the user’s own configuration and worker', { timeout: 60_000 }, async () => {
  const lib = JSON.stringify(join(root, 'lib', 'index.ts'))
  await writeFile(
    join(directory, 'config.ts'),
    `import { defineConfig } from ${lib}; export default defineConfig({ queues: { mine: {} } })`,
  )
  await writeFile(join(directory, 'worker.ts'), 'export const handler = () => process.env.SLUICE_CONFIG')
  await cdkSynth(
    '-c',
    `config=${join(directory, 'config.ts')}`,
    '-c',
    `worker=${join(directory, 'worker.ts')}`,
  )
  const manifest = JSON.parse(await readFile(join(directory, 'Sluice.assets.json'), 'utf8')) as Assets
  const bundles = Object.values(manifest.files).filter(({ source }) => source.packaging === 'zip')
  expect(bundles).toHaveLength(4)
  for (const { source } of bundles)
    expect(await readFile(join(directory, source.path, 'index.mjs'), 'utf8')).toContain('mine')
})

interface Assets {
  readonly files: Record<string, { readonly source: { readonly path: string; readonly packaging: string } }>
}
