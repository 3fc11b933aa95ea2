import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { synth } from '../../local/synth.ts'
import { queue, ref, table, writeAssembly } from './fixture.ts'

let assembly: Awaited<ReturnType<typeof writeAssembly>>
/** Stands for a CDK app: all it has to do is leave an assembly. */
let app: string

beforeAll(async () => {
  const resources = { Items: table(), Work: queue() }
  assembly = await writeAssembly({ functions: {}, resources, outputs: { Url: ref('Work') } })
  app = `cp -R ${assembly.dir}/. "$CDK_OUTDIR"`
})
afterAll(() => assembly[Symbol.asyncDispose]())

async function startDev() {
  const child = spawn(process.execPath, ['local/dev.ts', '--json', '--app', app], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
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
  const { child, info } = await startDev()
  expect(info).toMatchObject({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local' },
    outputs: { Url: info.resources.Work.url },
    resources: { Items: { name: 'Test-Items', type: 'AWS::DynamoDB::GlobalTable' } },
  })
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
  await Promise.all([gone(info.endpoints.dynamodb), gone(info.endpoints.sqs)])
})

test('its engines end with it, even when it is killed', async () => {
  const { child, info } = await startDev()
  child.kill('SIGKILL')
  await Promise.all([gone(info.endpoints.dynamodb), gone(info.endpoints.sqs)])
})

test('says what went wrong in the app', async () => {
  await expect(synth({ app: 'echo the reason >&2; exit 3' })).rejects.toThrow('the reason')
})
