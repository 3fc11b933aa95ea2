/** The bundles that get deployed: complete, loadable by plain Node, with the configuration inside. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { App } from 'aws-cdk-lib'
import type { CloudAssembly } from 'aws-cdk-lib/cx-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SluiceStack } from '../../cdk/stack.ts'
import { CONFIG } from './synth.ts'

const directory = mkdtempSync(join(tmpdir(), 'sluice-bundle-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A user's worker outside of any project: no lock file, no package.json, CommonJS inside. */
const WORKER = `
  import { sep } from './legacy.cjs'
  class Keeper {}
  export const handler = async () => ({ sep, name: Keeper.name, config: JSON.parse(process.env.SLUICE_CONFIG), mine: MINE })
`

let assembly: CloudAssembly
beforeAll(() => {
  const worker = join(directory, 'worker.ts')
  writeFileSync(worker, WORKER)
  writeFileSync(join(directory, 'legacy.cjs'), `exports.sep = require('path').sep`)
  const app = new App({
    outdir: join(directory, 'cdk.out'),
    context: { 'aws:cdk:enable-asset-metadata': true },
  })
  const workerOptions = { bundling: { define: { MINE: '"mine"' } } }
  new SluiceStack(app, 'Sluice', { config: CONFIG, worker, workerOptions })
  assembly = app.synth()
}, 60_000)

function bundleOf(name: string): string {
  const { Resources } = assembly.getStackByName('Sluice').template as { Resources: Record<string, Resource> }
  const [found] = Object.entries(Resources).filter(
    ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith(`Jobs${name}`),
  )
  return join(assembly.directory, found?.[1].Metadata['aws:asset:path'] ?? '', 'index.mjs')
}
const filesOf = (name: string): string[] =>
  readdirSync(dirname(bundleOf(name))).map((file) => join(dirname(bundleOf(name)), file))

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?:[^;]*?from )?["']([^"']+)["']/gm)].flatMap(
    ([, from = '']) => from,
  )

/** The entry, and all that it imports statically. */
function loadedAtStart(name: string): string[] {
  const loaded = new Set([bundleOf(name)])
  for (const file of loaded)
    for (const from of importsOf(file).filter((from) => from.startsWith('./')))
      loaded.add(join(dirname(file), from))
  return [...loaded]
}

interface Resource {
  readonly Type: string
  readonly Metadata: Record<string, string>
}

/** As Lambda does it: a fresh Node, the environment that the template sets, and nothing beside the bundle. */
const inNode = (name: string, code: string): unknown =>
  JSON.parse(
    execFileSync(
      process.execPath,
      ['--input-type=module', '-e', `import { handler } from ${JSON.stringify(bundleOf(name))}; ${code}`],
      {
        cwd: tmpdir(),
        encoding: 'utf8',
        env: {
          AWS_REGION: 'eu-central-1',
          SLUICE_JOBS_TABLE: 'jobs',
          SLUICE_STATE_TABLE: 'state',
          SLUICE_HISTORY_TABLE: 'history',
          SLUICE_SCHEDULES_TABLE: 'schedules',
          SLUICE_WORK_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/work',
          SLUICE_WAKE_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/wake',
        },
      },
    ),
  )

describe.each(['Dispatcher', 'Tick', 'Ingest'])('%s', (name) => {
  test('loads, and exports a handler', () => {
    expect(inNode(name, 'console.log(JSON.stringify(typeof handler))')).toBe('function')
  })

  test('imports nothing but Node: the AWS SDK is inside, at the version that was tested', () => {
    const files = filesOf(name)
    const imports = files.flatMap((file) => importsOf(file)).filter((from) => !from.startsWith('./'))
    expect(imports).not.toHaveLength(0)
    for (const from of imports) expect(from).toSatisfy(isBuiltin)
  })

  test('is small enough to start fast', () => {
    const sizes = loadedAtStart(name).map((file) => readFileSync(file).byteLength)
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(1_500_000)
  })

  test('holds the configuration', () => {
    const bundle = readFileSync(bundleOf(name), 'utf8')
    expect(bundle).toContain('only-here')
    expect(bundle).not.toContain('process.env.SLUICE_CONFIG')
  })
})

test('S3’s client is there for the function that may need it, and not loaded at its start', () => {
  const withClient = (files: readonly string[]) =>
    files.filter((file) => readFileSync(file, 'utf8').includes('GetObjectCommand'))
  expect(withClient(filesOf('Ingest'))).not.toHaveLength(0)
  expect(withClient(loadedAtStart('Ingest'))).toHaveLength(0)
  expect(withClient(filesOf('Dispatcher'))).toHaveLength(0)
})

test('the user’s worker is built with their options, keeps its names, and may use CommonJS', () => {
  expect(inNode('Worker', 'console.log(JSON.stringify(await handler()))')).toEqual({
    sep: '/',
    name: 'Keeper',
    config: CONFIG.input,
    mine: 'mine',
  })
})

test('each function has a bundle of its own', () => {
  expect(new Set(['Dispatcher', 'Tick', 'Ingest', 'Worker'].map(bundleOf)).size).toBe(4)
})

test('the same sources give the same assets', () => {
  const app = new App({ outdir: join(directory, 'again.out') })
  new SluiceStack(app, 'Sluice', {
    config: CONFIG,
    worker: join(directory, 'worker.ts'),
    workerOptions: { bundling: { define: { MINE: '"mine"' } } },
  })
  expect(codeOf(app.synth())).toEqual(codeOf(assembly))
})

const codeOf = (from: CloudAssembly) => {
  const { Resources } = from.getStackByName('Sluice').template as {
    Resources: Record<string, { Type: string; Properties: { Code?: unknown } }>
  }
  return Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Lambda::Function' ? [Properties.Code] : [],
  )
}
