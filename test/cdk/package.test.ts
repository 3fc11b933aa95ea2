/** What a user gets from npm: packed, installed into three kinds of apps, type-checked and synthesised there. */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { esModuleApp } from '../support/es-module-app.ts'
import {
  findBundle,
  makeInitApp,
  makeReadmeApp,
  readBundles,
  readTemplate,
  remove,
  run,
  shareModules,
  temporaryDirectory,
  writeFiles,
  writeReadmeFiles,
} from '../support/package-apps.ts'
import { readmeFiles, readmeVariables } from '../support/readme.ts'

const CHECK_TYPES = 'npx tsc'
const SYNTHESISE = 'npx cdk synth --quiet --no-notices'

let directory: string
/** The folder in which README's commands have been run. Its packages are all apps' packages. */
let readmeApp: string
beforeAll(async () => {
  directory = await temporaryDirectory()
  readmeApp = join(directory, 'readme')
  await makeReadmeApp(directory, readmeApp)
}, 180_000)
afterAll(() => remove(directory))

async function expectScheduler(app: string, stack: string, queue: string, ofTask: string): Promise<void> {
  const { Resources } = await readTemplate(app, stack)
  const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function')
  expect(functions).toHaveLength(4)
  const bundles = await readBundles(app)
  expect(bundles).toHaveLength(4)
  for (const bundle of bundles) expect(bundle).toContain(`"${queue}"`)
  expect(bundles.filter((bundle) => bundle.includes(ofTask))).toHaveLength(1)
}

describe('the package', () => {
  test('has what it needs, and no sources or tests', async () => {
    const files = await readdir(join(readmeApp, 'node_modules', 'sluice'), { recursive: true })
    expect(files).toEqual(
      expect.arrayContaining(['dist/lib/index.js', 'dist/cdk/index.d.ts', 'dist/functions/dispatcher.js']),
    )
    expect(
      files.filter((file) => /(?<!\.d)\.ts$/.test(file) || /^(test|local|examples)\b/.test(file)),
    ).toEqual([])
  })

  test.for([
    ['sluice', 'defineConfig'],
    ['sluice/admin', 'createAdmin'],
    ['sluice/cdk', 'Sluice'],
  ])('can be required: %s', async ([entry, name]) => {
    await writeFiles(readmeApp, { 'required.cjs': `console.log(typeof require('${entry}').${name})` })
    expect(await run(readmeApp, 'node required.cjs')).toBe('function\n')
  })
})

describe('an empty folder that follows README word for word', () => {
  beforeAll(async () => {
    const names = [...readmeFiles.keys()].filter((name) => !name.startsWith('lib/'))
    expect(names).toEqual(
      expect.arrayContaining(['tasks.ts', 'config.ts', 'worker.ts', 'app.ts', 'enqueue.ts', 'schedule.ts']),
    )
    await writeReadmeFiles(readmeApp)
  })

  test('type-checks', { timeout: 120_000 }, () => run(readmeApp, CHECK_TYPES))

  test('synthesises, and gives the names that README’s commands need', { timeout: 120_000 }, async () => {
    await run(readmeApp, SYNTHESISE)
    await expectScheduler(readmeApp, 'MyJobs', 'crm', 'https://crm.example.com/')
    const { Outputs = {} } = await readTemplate(readmeApp, 'MyJobs')
    const variables = Object.keys(Outputs).map((name) =>
      name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(),
    )
    expect(readmeVariables()).toEqual(expect.arrayContaining(['EVENT_BUS_NAME', 'JOBS_TABLE_NAME']))
    expect(variables).toEqual(expect.arrayContaining(readmeVariables()))
  })
})

describe('the app that `cdk init app --language typescript` makes', () => {
  let app: string
  beforeAll(async () => {
    app = join(directory, 'my-app')
    await makeInitApp(app, readmeApp)
  }, 120_000)

  test('is CommonJS that declares its types', async () => {
    const manifest = JSON.parse(await readFile(join(app, 'package.json'), 'utf8'))
    expect(manifest).not.toMatchObject({ type: 'module' })
    expect(await readFile(join(app, 'tsconfig.json'), 'utf8')).toMatch(/"declaration": true/)
  })

  test('type-checks and synthesises, with its files as they were made', { timeout: 120_000 }, async () => {
    expect(JSON.parse(await readFile(join(app, 'cdk.json'), 'utf8')).app).toMatch(/^npx tsc && /)
    await run(app, SYNTHESISE)
    await expectScheduler(app, 'MyAppStack', 'crm', 'https://crm.example.com/')
  })
})

describe('an app of ES modules that Node runs as it is', () => {
  let app: string
  beforeAll(async () => {
    app = join(directory, 'es-module')
    await writeFiles(app, esModuleApp)
    await shareModules(readmeApp, app)
  })

  test('type-checks, and its mistakes do not', { timeout: 120_000 }, () => run(app, CHECK_TYPES))

  test('synthesises', { timeout: 120_000 }, async () => {
    await run(app, 'CDK_OUTDIR=cdk.out node app.ts')
    await expectScheduler(app, 'Mail', 'mail', 'payload.to.toLowerCase()')
  })

  test('has bundled what its handler needs, as an ES module and as CommonJS, and Node loads that', async () => {
    const worker = await findBundle(app, 'an ES module greets')
    expect(await readFile(worker, 'utf8')).toContain('CommonJS says')
    // Far away from any package, as in Lambda.
    const elsewhere = await temporaryDirectory()
    const script = "process.stdout.write(typeof (await import('./index.mjs')).handler)"
    const commands = `cp -r '${dirname(worker)}/.' .\nnode --input-type=module --eval "${script}"`
    expect(await run(elsewhere, commands)).toBe('function')
    await remove(elsewhere)
  })
})
