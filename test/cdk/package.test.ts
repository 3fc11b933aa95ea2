/** What a user gets from npm: packed, installed into an empty CDK app, type-checked and synthesised there. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const packageJson = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest
interface Manifest {
  readonly version: string
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
}

const APP: Record<string, string> = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2024',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      types: ['node'],
      // The CDK's own declarations do not pass without it.
      skipLibCheck: true,
    },
    include: ['*.ts'],
  }),
  'config.ts': `
    import { defineConfig } from 'sluice'
    export default defineConfig({ queues: { mail: { concurrency: 5, timeout: '20s' } } })
  `,
  'tasks.ts': `
    import { defineTask } from 'sluice'
    import { z } from 'zod'
    export const send = defineTask({
      name: 'send',
      queue: 'mail',
      payload: z.object({ to: z.string() }),
      handler: async ({ payload, logger }) => logger.info('sent', { to: payload.to.toLowerCase() }),
    })
  `,
  'worker.ts': `
    import { createWorker } from 'sluice/worker'
    import { send } from './tasks.ts'
    export const handler = createWorker([send])
  `,
  'client.ts': `
    import { createClient } from 'sluice'
    import config from './config.ts'
    import { send } from './tasks.ts'
    const client = createClient({ config, jobsTable: 'jobs' })
    export const enqueue = () => client.enqueue(send, { to: 'a@example.org' }, { delay: '5m' })
    // @ts-expect-error the payload has to match the task's schema
    export const wrongPayload = () => client.enqueue(send, { to: 1 })
  `,
  'app.ts': `
    import { App, Stack } from 'aws-cdk-lib'
    import { EventField } from 'aws-cdk-lib/aws-events'
    import { Sluice } from 'sluice/cdk'
    import config from './config.ts'
    import { send } from './tasks.ts'
    const app = new App({ outdir: 'cdk.out' })
    const stack = new Stack(app, 'Mail')
    const jobs = new Sluice(stack, 'Jobs', { config, worker: 'worker.ts' })
    jobs.addTrigger('OnSignUp', { pattern: { source: ['shop'] }, task: send, payload: { to: EventField.fromPath('$.detail.email') } })
    // @ts-expect-error there is no such prop
    export const wrongProp = () => new Sluice(stack, 'Wrong', { config, worker: 'worker.ts', nonsense: true })
    app.synth()
  `,
}

let app: string
beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'sluice-app-'))
  await run(root, 'npm', 'pack', '--pack-destination', app)
  const version = (name: string) => packageJson.dependencies[name] ?? packageJson.devDependencies[name] ?? '*'
  const needed = ['aws-cdk-lib', 'constructs', 'typescript', '@types/node', 'zod']
  const manifest = {
    name: 'app',
    private: true,
    type: 'module',
    dependencies: {
      sluice: `file:sluice-${packageJson.version}.tgz`,
      ...Object.fromEntries(needed.map((name) => [name, version(name)])),
    },
  }
  await writeFile(join(app, 'package.json'), JSON.stringify(manifest))
  await run(app, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock')
  for (const [name, content] of Object.entries(APP)) await writeFile(join(app, name), content)
}, 180_000)
afterAll(() => rm(app, { recursive: true, force: true }))

async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`
  const options = { cwd, env: { ...process.env, PATH }, maxBuffer: 2 ** 26 }
  const { stdout } = await promisify(execFile)(command, args, options).catch((error: Failure) => {
    throw new Error(`${command} ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`, {
      cause: error,
    })
  })
  return stdout
}
interface Failure {
  readonly stdout: string
  readonly stderr: string
}

describe('an empty app that installs the package', () => {
  test('gets what it needs, and no sources or tests', async () => {
    const files = await readdir(join(app, 'node_modules', 'sluice'), { recursive: true })
    expect(files).toEqual(
      expect.arrayContaining(['dist/lib/index.js', 'dist/cdk/index.d.ts', 'dist/functions/dispatcher.js']),
    )
    expect(
      files.filter((file) => /(?<!\.d)\.ts$/.test(file) || /^(test|local|examples)\b/.test(file)),
    ).toEqual([])
  })

  test('type-checks, and its mistakes do not', { timeout: 60_000 }, async () => {
    await run(app, process.execPath, join('node_modules', 'typescript', 'bin', 'tsc'))
  })

  test('synthesises, with bundles that hold its configuration and its task', {
    timeout: 60_000,
  }, async () => {
    await run(app, process.execPath, 'app.ts')
    const template = JSON.parse(
      await readFile(join(app, 'cdk.out', 'Mail.template.json'), 'utf8'),
    ) as Template
    const types = Object.values(template.Resources).map(({ Type }) => Type)
    expect(types.filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(4)
    const assets = (await readdir(join(app, 'cdk.out'))).filter((name) => name.startsWith('asset.'))
    const bundles = await Promise.all(
      assets.map((name) => readFile(join(app, 'cdk.out', name, 'index.mjs'), 'utf8')),
    )
    expect(bundles).toHaveLength(4)
    for (const bundle of bundles) expect(bundle).toContain('"mail"')
    expect(bundles.filter((bundle) => bundle.includes('payload.to.toLowerCase()'))).toHaveLength(1)
  })
})
interface Template {
  readonly Resources: Record<string, { readonly Type: string }>
}
