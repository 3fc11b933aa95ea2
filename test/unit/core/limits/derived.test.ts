/** The concurrency that an app's rate gives a partition, and a queue's configuration that names the app. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect, expectTypeOf } from 'vitest'
import {
  ConfigurationError,
  defineConfig,
  maxConcurrentFromAppSchema,
  maxConcurrentPerPartition,
} from '../../../../lib/index.ts'

const HUBSPOT = { rate: 300_000, frequency_s: 86_400 }

function pathOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof ConfigurationError) return error.path
    throw error
  }
  throw new Error('accepted')
}

describe('the number that a rate gives', () => {
  test('is half of what a second takes, and one at the least', () => {
    expect(maxConcurrentPerPartition(HUBSPOT)).toBe(1)
    expect(maxConcurrentPerPartition({ rate: 1, frequency_s: 3600 })).toBe(1)
    expect(maxConcurrentPerPartition({ rate: 100, frequency_s: 10 })).toBe(5)
    expect(maxConcurrentPerPartition({ rate: 119, frequency_s: 10 })).toBe(5)
  })

  const whole = (max: number) => fc.integer({ min: 1, max })
  test.prop([whole(1e12), whole(366 * 86_400)])('is the largest that fits twice', (rate, frequency_s) => {
    const most = maxConcurrentPerPartition({ rate, frequency_s })
    const takes = (jobs: number) => BigInt(jobs) * 2n * BigInt(frequency_s) <= BigInt(rate)
    expect(Number.isInteger(most) && most >= 1).toBe(true)
    expect(takes(most) || most === 1).toBe(true)
    expect(takes(most + 1)).toBe(false)
    expect(maxConcurrentFromAppSchema({ rateLimit: { rate, frequency_s } })).toBe(most)
  })

  test.each([
    [{ ...HUBSPOT, rate: 0 }, 'rate'],
    [{ ...HUBSPOT, rate: Number.NaN }, 'rate'],
    [{ ...HUBSPOT, frequency_s: -1 }, 'frequency_s'],
    [{ ...HUBSPOT, frequency_s: Number.POSITIVE_INFINITY }, 'frequency_s'],
  ])('there is none for %o', (rate, path) => {
    expect(pathOf(() => maxConcurrentPerPartition(rate))).toBe(path)
  })

  test.each([
    [undefined, 'schema'],
    ['hubspot', 'schema'],
    [{}, 'rateLimit'],
    [{ rateLimit: { rate: 5 } }, 'rateLimit.frequency_s'],
    [{ rateLimit: { rate: '5', frequency_s: 1 } }, 'rateLimit.rate'],
  ])('an app schema that has none is refused: %o', (schema, path) => {
    expect(pathOf(() => maxConcurrentFromAppSchema(schema))).toBe(path)
  })

  test('an app schema may say more', () => {
    const schema = { name: 'hubspot', rateLimit: { rate: 100, frequency_s: 10, unit: 'calls' } }
    expect(maxConcurrentFromAppSchema(schema)).toBe(5)
  })
})

describe('a queue that names an app', () => {
  test('gets its number, its floor, and shards for it', () => {
    const { queues } = defineConfig({
      apps: { hubspot: HUBSPOT, big: { rate: 800, frequency_s: 10 } },
      queues: { sync: { app: 'hubspot', floor: 2 }, plain: { app: 'hubspot' }, big: { app: 'big' } },
    })
    expect(queues.sync).toMatchObject({ concurrency: 2, shards: 1 })
    expect(queues.plain).toMatchObject({ concurrency: 1, shards: 1 })
    expect(queues.big).toMatchObject({ concurrency: 40, shards: 5 })
  })

  const configure = (input: object) => () => defineConfig(input as Parameters<typeof defineConfig>[0])
  const apps = { hubspot: HUBSPOT }
  test.each([
    ['an app that is not configured', { apps, queues: { sync: { app: 'x' } } }, 'queues.sync.app'],
    ['no apps', { queues: { sync: { app: 'hubspot' } } }, 'queues.sync.app'],
    ['a name of every object', { apps, queues: { sync: { app: 'toString' } } }, 'queues.sync.app'],
    [
      'a concurrency, too',
      { apps, queues: { sync: { app: 'hubspot', concurrency: 3 } } },
      'queues.sync.concurrency',
    ],
    ['a floor without an app', { apps, queues: { sync: { floor: 3 } } }, 'queues.sync.floor'],
    ['a floor of 0', { apps, queues: { sync: { app: 'hubspot', floor: 0 } } }, 'queues.sync.floor'],
    ['a rate of 0', { apps: { a: { ...HUBSPOT, rate: 0 } }, queues: { sync: {} } }, 'apps.a.rate'],
    [
      'a rate that is misspelt',
      { apps: { a: { rate: 1, frequency: 1 } }, queues: { sync: {} } },
      'apps.a.frequency_s',
    ],
  ])('is refused with the path: %s', (_, input, path) => {
    expect(pathOf(configure(input))).toBe(path)
  })

  test('is known to the compiler', () => {
    const config = defineConfig({ apps, queues: { sync: { app: 'hubspot' } } })
    expectTypeOf<keyof typeof config.apps>().toEqualTypeOf<'hubspot'>()
    // @ts-expect-error there is no such app
    expect(() => defineConfig({ apps, queues: { sync: { app: 'salesforce' } } })).toThrow('hubspot')
    // @ts-expect-error there are no apps
    expect(() => defineConfig({ queues: { sync: { app: 'hubspot' } } })).toThrow('none')
  })

  test('reads again what it was given', () => {
    const config = defineConfig({ apps, queues: { sync: { app: 'hubspot', floor: 2 } } })
    expect(defineConfig(JSON.parse(JSON.stringify(config.input)))).toEqual(config)
  })
})
