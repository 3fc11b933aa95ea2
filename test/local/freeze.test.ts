/** What an environment does between two invocations: nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cloud, startCloud } from '../../local/cloud.ts'
import { writeAssembly } from './fixture.ts'

/** Leaves something running behind, in whichever way it ends. */
const LINGERS = `
let ticks = 0
const linger = () => { ticks++; console.log('tick'); setTimeout(linger, 1) }
export const handler = async ({ how }) => {
  if (how === 'log') for (let line = 0; line < 2000; line++) console.log('line ' + line)
  if (how === 'return' || how === 'throw') linger()
  if (how === 'throw') throw new Error('on purpose')
  const before = ticks
  if (how === 'wait') while (ticks === before) await new Promise((resolve) => setTimeout(resolve, 1))
  return ticks
}`
const PASSES = 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 20))'

let cloud: Cloud
let assembly: Awaited<ReturnType<typeof writeAssembly>>
const logged: string[] = []

beforeAll(async () => {
  assembly = await writeAssembly({
    functions: { Lingers: { code: LINGERS }, Passes: { code: PASSES }, Logs: { code: LINGERS } },
    resources: {},
  })
  const log = (id: string, text: string) =>
    void logged.push(...text.split('\n').map((line) => `${id} ${line}`))
  cloud = await startCloud({ assembly: assembly.dir, log })
})
afterAll(async () => {
  await cloud?.stop()
  await assembly?.[Symbol.asyncDispose]()
})

const ticks = () => logged.filter((line) => line === 'Lingers tick').length

/** Time passes, and the cloud works. */
async function meanwhile(): Promise<void> {
  for (let round = 0; round < 5; round++) await cloud.invoke('Passes', {})
}

test.each(['return', 'throw'])(
  'what still runs after a %s is frozen, and goes on with the next invocation',
  async (how) => {
    await cloud.invoke('Lingers', { how }).catch(() => {})
    const before = ticks()
    await meanwhile()
    expect(ticks()).toBe(before)
    expect(await cloud.invoke('Lingers', { how: 'wait' })).toBeGreaterThan(before)
  },
)

test('all that was logged before comes out', async () => {
  await cloud.invoke('Logs', { how: 'log' })
  expect(logged.filter((line) => line.startsWith('Logs line'))).toHaveLength(2000)
})

test('a frozen environment is ended with the cloud', async () => {
  await using other = await startCloud({ assembly: assembly.dir })
  await other.invoke('Lingers', { how: 'return' })
})
