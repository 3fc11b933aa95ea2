/** What comes between two calls of one that debounces: an ending, a retry, an expiry, a cancellation, a lost reply. */
import { expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import { onlyOne } from '../../../lib/core/job/one-only.ts'
import { keptUntil } from '../../../lib/core/shard/expiry.ts'
import type { JobStore } from '../../../lib/ports/jobs.ts'
import { putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { cancelJob } from '../../../lib/use-cases/operate/cancel-job.ts'
import { asId, configOf, jobItem, NOW, SHARD, value } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 1, retry: { attempts: 2, backoff: '1s', jitter: 0 } })
const WAIT_MS = 10_000
let calls = 0

async function enqueue(world: World, n: number, startBefore?: number): Promise<string> {
  const rule = { debounce: { key: 'index', wait: WAIT_MS } }
  const item = jobItem({ id: `job${n}`, runAt: world.now + WAIT_MS, payload: { n } })
  const job = startBefore === undefined ? item : { ...item, startBefore }
  const there = await putNew(world.context.store, value(onlyOne(rule, job, `call ${calls++}`, world.now)))
  return `${(there ?? item).sk.split('#')[2]}${there?.replaced ? ' replaced' : ''}`
}

function worldOf(outcomes: TaskOutcome[] = []) {
  const world = new World(CONFIG)
  const ran: number[] = []
  world.handler = async ({ payload }) => {
    ran.push((payload as { readonly n: number }).n)
    return outcomes.shift() ?? { kind: 'succeeded' }
  }
  return { world, ran }
}

/** Does something before the next call of a verb. */
function before(
  world: World,
  verb: 'get' | 'swapWaiting' | 'putUnique',
  action: () => Promise<unknown>,
): void {
  const { jobs } = world.context.store
  const original = jobs[verb] as (...call: unknown[]) => Promise<unknown>
  Object.assign(jobs, {
    [verb]: async (...call: unknown[]) => {
      Object.assign(jobs, { [verb]: original })
      await action()
      return original(...call)
    },
  })
}
const cancel = (world: World) =>
  cancelJob(world.context, { shard: SHARD, id: asId('job1') }, { by: 'ann', at: NOW })

test.each(['get', 'swapWaiting'] as const)(
  'the job ends before %s: the payload is a new job',
  async (verb) => {
    const { world, ran } = worldOf()
    await enqueue(world, 1)
    before(world, verb, () => world.live(WAIT_MS + 1000))
    expect(await enqueue(world, 2)).toBe('job2')
    await world.live(60_000)
    expect(ran).toEqual([1, 2])
  },
)

test.each(['get', 'swapWaiting'] as const)('it fails, and waits again, before %s', async (verb) => {
  const { world, ran } = worldOf([{ kind: 'failed', error: 'no' }])
  await enqueue(world, 1)
  before(world, verb, () => world.live(WAIT_MS + 500))
  expect(await enqueue(world, 2)).toBe('job2')
  await world.live(60_000)
  // The other was due before the second attempt.
  expect(ran).toEqual([1, 2, 1])
})

test.each(['get', 'swapWaiting'] as const)('it is cancelled before %s', async (verb) => {
  const { world, ran } = worldOf()
  await enqueue(world, 1)
  before(world, verb, () => cancel(world))
  expect(await enqueue(world, 2)).toBe('job2')
  await world.live(60_000)
  expect([ran, world.dead.length]).toEqual([[2], 1])
})

test('it expires before it is replaced, or is replaced before somebody finds that', async () => {
  for (const finds of [true, false]) {
    const { world, ran } = worldOf()
    await enqueue(world, 1, NOW + WAIT_MS + 1000)
    await world.stream()
    world.now += WAIT_MS + 2000
    if (finds) before(world, 'swapWaiting', () => world.pass())
    expect(await enqueue(world, 2)).toBe(finds ? 'job2' : 'job1 replaced')
    await world.live(60_000)
    expect([ran, world.dead.length]).toEqual([[2], finds ? 1 : 0])
  }
})

test.each([0, 500, WAIT_MS + 500])(
  'a swap whose reply was lost is not made a second time, %i ms later',
  async (later_ms) => {
    const { world, ran } = worldOf()
    await enqueue(world, 1)
    world.now += 1000
    const { jobs } = world.context.store
    const { swapWaiting } = jobs
    Object.assign(jobs, {
      swapWaiting: async (...call: Parameters<JobStore['swapWaiting']>) => {
        Object.assign(jobs, { swapWaiting })
        expect(await swapWaiting(...call)).toBe('swapped')
        await world.live(later_ms)
        return swapWaiting(...call)
      },
    })
    expect(await enqueue(world, 2)).toBe('job1 replaced')
    await world.live(60_000)
    expect(ran).toEqual([2])
  },
)

test('two that come simultaneously: one of them is the last', async () => {
  const { world, ran } = worldOf()
  await enqueue(world, 1)
  world.now += 1000
  before(world, 'swapWaiting', async () => void (await enqueue(world, 3)))
  expect(await enqueue(world, 2)).toBe('job1 replaced')
  await world.live(60_000)
  expect(ran).toEqual([2])
})

test('another with its id that runs is not it: the one that waits is replaced', async () => {
  const { world, ran } = worldOf()
  await enqueue(world, 1)
  world.put(jobItem({ id: 'job1', runAt: NOW, payload: { n: 0 } }))
  await world.pass()
  expect(await enqueue(world, 2)).toBe('job1 replaced')
  await world.live(60_000)
  expect(ran).toEqual([0, 2])
})

test('a state that a swap makes, for its shard has none yet, may expire', async () => {
  const { world } = worldOf()
  for (const n of [1, 2]) await enqueue(world, n)
  expect(world.state(SHARD)).toMatchObject({ version: 1, expiresAt: keptUntil(world.now) })
})
