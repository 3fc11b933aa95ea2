import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { locateApp } from '../../local/app-folder.ts'
import { namesOf } from '../../local/names.ts'
import { synth } from '../../local/synth.ts'
import { getAtt, mapping, queue, ref, table, writeAssembly } from './fixture.ts'

let assembly: Awaited<ReturnType<typeof writeAssembly>>
/** Stands for a CDK app: all it has to do is leave an assembly. */
let app: string

beforeAll(async () => {
  const resources = {
    Items: table(),
    Work: queue(),
    Says: mapping('Talker', getAtt('Work')),
    // As a construct of the name of Jobs calls them.
    JobsJobsTable4C0C3A1D: table(),
    JobsWakeQueue0A1B2C3D: queue(),
    JobsWakeDeadLetters0A1B2C3D: queue(),
    JobsEventBus9D8E7F6A: { Type: 'AWS::Events::EventBus', Properties: { Name: 'jobs' } },
  }
  const functions = { Talker: { code: 'export const handler = async () => console.log("I was here")' } }
  assembly = await writeAssembly({ functions, resources, outputs: { Url: ref('Work') } })
  app = `cp -R ${assembly.dir}/. "$CDK_OUTDIR"`
})
afterAll(() => assembly[Symbol.asyncDispose]())

function folder(): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), 'local-dev-test-')))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

function run(args: readonly string[], TMPDIR = folder()) {
  const child = spawn(process.execPath, ['local/dev.ts', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR, FORCE_COLOR: '0' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, lines: createInterface({ input: child.stdout }) }
}

async function startDev({ command = app, TMPDIR = folder(), options = [] as string[] } = {}) {
  const { child, lines } = run(['--json', '--app', command, ...options], TMPDIR)
  const [line] = await once(lines, 'line')
  return { child, info: JSON.parse(line) }
}

/** Resolves when nothing answers there any more. */
async function gone(endpoint: string): Promise<void> {
  for (;;) {
    const response = await fetch(endpoint).catch(() => undefined)
    if (!response) return
    await response.arrayBuffer()
  }
}

test('tells machines where everything is, and leaves nothing behind when stopped', async () => {
  const TMPDIR = folder()
  const { child, info } = await startDev({ TMPDIR })
  expect(info).toMatchObject({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local' },
    outputs: { Url: info.resources.Work.url },
    resources: { Items: { name: 'Test-Items', type: 'AWS::DynamoDB::GlobalTable' } },
  })
  expect(readdirSync(TMPDIR)).toContain(basename(dirname(info.log)))
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
  await Promise.all([gone(info.endpoints.dynamodb), gone(info.endpoints.sqs)])
  expect(readdirSync(TMPDIR)).toEqual([])
})

test('writes what the functions log to the file that it tells', async () => {
  const { info } = await startDev()
  const sqs = new SQSClient({
    region: info.region,
    credentials: info.credentials,
    endpoint: info.endpoints.sqs,
  })
  await sqs.send(new SendMessageCommand({ QueueUrl: info.outputs.Url, MessageBody: 'x' }))
  await expect.poll(() => readFileSync(info.log, 'utf8'), { timeout: 60_000 }).toBe('I was here\n')
})

test('deploys what has changed when it gets a line', async () => {
  const TMPDIR = folder()
  const command = `sh -c 'cp -R ${assembly.dir}/. "$CDK_OUTDIR" && echo "export const handler = async () => console.log(import.meta.url)" > "$CDK_OUTDIR/asset.Talker/index.mjs"'`
  const { child, info } = await startDev({ TMPDIR, command })
  const assemblies = () => readdirSync(TMPDIR).filter((name) => name.includes('synth'))
  const [first = ''] = assemblies()
  child.stdin?.write('\n')
  const sqs = new SQSClient({
    region: info.region,
    credentials: info.credentials,
    endpoint: info.endpoints.sqs,
  })
  const isNewAtWork = async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl: info.outputs.Url, MessageBody: 'x' }))
    const lines = readFileSync(info.log, 'utf8').trim().split('\n')
    return lines.some((line) => line !== '' && !line.includes(first))
  }
  await expect.poll(isNewAtWork, { timeout: 60_000, interval: 500 }).toBe(true)
  expect(assemblies()).toHaveLength(2)
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(readdirSync(TMPDIR)).toEqual([])
})

test('runs no more functions simultaneously than it is told', async () => {
  const code = `export const handler = async () => {
    console.log('in')
    await new Promise((resolve) => setTimeout(resolve, 200))
    console.log('out')
  }`
  const resources = {
    Work: queue({ VisibilityTimeout: 1 }),
    Says: mapping('Turns', getAtt('Work'), { BatchSize: 1 }),
  }
  const assembly = await writeAssembly({
    functions: { Turns: { code } },
    resources,
    outputs: { Url: ref('Work') },
  })
  onTestFinished(() => assembly[Symbol.asyncDispose]())
  const command = `cp -R ${assembly.dir}/. "$CDK_OUTDIR"`
  const { info } = await startDev({ command, options: ['--concurrency', '1'] })
  const { region, credentials, endpoints, outputs, log } = info
  const sqs = new SQSClient({ region, credentials, endpoint: endpoints.sqs })
  for (const MessageBody of ['a', 'b', 'c'])
    await sqs.send(new SendMessageCommand({ QueueUrl: outputs.Url, MessageBody }))
  await expect.poll(() => readFileSync(log, 'utf8'), { timeout: 60_000 }).toBe('in\nout\n'.repeat(3))
})

test('its engines end with it, even when it is killed, and the next start removes its files', async () => {
  const TMPDIR = folder()
  const other = await startDev({ TMPDIR })
  const { child, info } = await startDev({ TMPDIR })
  child.kill('SIGKILL')
  await Promise.all([gone(info.endpoints.dynamodb), gone(info.endpoints.sqs), once(child, 'exit')])
  expect(existsSync(info.log)).toBe(true)
  writeFileSync(join(TMPDIR, 'somebody-else’s'), '')
  const next = await startDev({ TMPDIR })
  expect(existsSync(info.log)).toBe(false)
  expect(existsSync(other.info.log)).toBe(true)
  for (const running of [other, next]) running.child.kill('SIGINT')
  await Promise.all([other, next].map((running) => once(running.child, 'exit')))
  expect(readdirSync(TMPDIR)).toEqual(['somebody-else’s'])
})

test('says what went wrong in the app', async () => {
  await expect(synth({ app: 'echo the reason >&2; exit 3' })).rejects.toThrow('the reason')
})

describe('an app in another folder', () => {
  /** Its worker is named from its own folder, as in the README. */
  function writeApp(root: string, home: string): string {
    mkdirSync(join(root, home), { recursive: true })
    writeFileSync(join(root, 'worker.ts'), '')
    const file = join(root, home, 'app.mjs')
    writeFileSync(
      file,
      `import { cpSync, existsSync } from 'node:fs'
       if (!existsSync('worker.ts')) throw new Error('there is no worker.ts in ' + process.cwd())
       cpSync(${JSON.stringify(assembly.dir)}, process.env.CDK_OUTDIR, { recursive: true })`,
    )
    return file
  }

  test('runs in the folder of its file', async () => {
    const { info } = await startDev({ command: `node ${writeApp(folder(), '')}` })
    expect(info.resources.Items.name).toBe('Test-Items')
  })

  test('runs in the folder of its cdk.json', async () => {
    const root = folder()
    const file = writeApp(root, 'bin')
    writeFileSync(join(root, 'cdk.json'), '{}')
    const { info } = await startDev({ command: `node ${file}` })
    expect(info.resources.Items.name).toBe('Test-Items')
  })

  test('is found by a path from here, which its command keeps', () => {
    const here = folder()
    const my = join(here, 'my')
    writeApp(my, '')
    writeFileSync(join(here, 'cdk.json'), '{}')
    writeFileSync(join(here, 'hook.mjs'), '')
    expect(locateApp('node --import ./hook.mjs my/app.mjs --x', here)).toEqual({
      app: `node --import ${join(here, 'hook.mjs')} ${join(my, 'app.mjs')} --x`,
      cwd: my,
    })
    expect(locateApp('node my/app.mjs', here, '.')).toEqual({ app: 'node my/app.mjs', cwd: here })
    expect(locateApp('make "$OUT" && exit 3', here)).toEqual({ app: 'make "$OUT" && exit 3', cwd: here })
  })
})

describe('names', () => {
  test('are known for every stack with the construct, whatever its outputs', async () => {
    const { lines } = run(['--app', app])
    const said: string[] = []
    for await (const line of lines) {
      said.push(line.trim())
      if (line.includes('Ctrl-C stops')) break
    }
    expect(said).toContain('export JOBS_TABLE_NAME=Test-JobsJobsTable4C0C3A1D')
    expect(said).toContainEqual(expect.stringMatching(/^export WAKE_QUEUE_URL=http.*JobsWakeQueue0A1B2C3D$/))
    expect(said).toContain('export EVENT_BUS_NAME=jobs')
    expect(said.filter((line) => line.startsWith('export STATE_TABLE_NAME'))).toEqual([])
  })

  test('are the outputs where the stack has them', () => {
    const resources = { AJobsTable: { type: 'AWS::DynamoDB::Table', name: 'by id', arn: '' } }
    expect(namesOf({ resources, outputs: {} })).toEqual({ JobsTableName: 'by id' })
    expect(namesOf({ resources, outputs: { JobsTableName: 'by output', More: 'x' } })).toEqual({
      JobsTableName: 'by output',
      More: 'x',
    })
  })
})
