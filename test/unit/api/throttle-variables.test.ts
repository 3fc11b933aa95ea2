/** The environment variables of a throttle. */
import { describe, expect, test } from 'vitest'
import { throttleFromEnvironment } from '../../../lib/api/throttle-variables.ts'
import type { ThrottledOptions } from '../../../lib/api/throttled-batch.ts'

const from = (variables: Readonly<Record<string, string>>) => throttleFromEnvironment('DIGEST', {}, variables)

describe('environment variables', () => {
  test('are options', () => {
    const variables = {
      DIGEST_MAX_WORKERS: '5',
      DIGEST_MAX_QUEUE: '10',
      DIGEST_MIN_INTERVAL_S: '0.5',
      DIGEST_ERROR_THRESHOLD: '0.2',
      DIGEST_BACKOFF_MULTIPLIER: '3',
      PATH: '/bin',
      DIGESTS_MAX_WORKERS: 'another',
    }
    expect(from(variables)).toEqual({
      maxConcurrent: 5,
      maxQueue: 10,
      minInterval: 500,
      adaptive: { threshold: 0.2, factor: 3 },
    })
  })

  test('override what the code says, each its own part of it', () => {
    const code = {
      maxConcurrent: 3,
      minInterval: '1s',
      adaptive: { outcomes: 50, factor: 4, most: 100 },
    } as const
    const over = (name: string, value: string, given: ThrottledOptions = code) =>
      throttleFromEnvironment('DIGEST', given, { [`DIGEST_${name}`]: value })
    expect(over('ERROR_THRESHOLD', '0.5')).toEqual({
      ...code,
      adaptive: { ...code.adaptive, threshold: 0.5 },
    })
    expect(over('BACKOFF_MULTIPLIER', '3')).toEqual({ ...code, adaptive: { ...code.adaptive, factor: 3 } })
    expect(over('MAX_WORKERS', '9')).toEqual({ ...code, maxConcurrent: 9 })
    expect(over('ERROR_THRESHOLD', '0.5', { adaptive: true })).toEqual({ adaptive: { threshold: 0.5 } })
    expect(throttleFromEnvironment('DIGEST', code, {})).toEqual(code)
  })

  test('leave all other options of a batch as they are', () => {
    const { signal } = new AbortController()
    const options: ThrottledOptions = throttleFromEnvironment('DIGEST', { signal, maxErrors: 3 }, {})
    expect(options).toEqual({ signal, maxErrors: 3 })
  })

  test('leave a throttle that the code has switched off as it is, and say so', () => {
    const over = (name: string) => () =>
      throttleFromEnvironment('DIGEST', { adaptive: false }, { [`DIGEST_${name}`]: '0.5' })
    expect(over('ERROR_THRESHOLD')).toThrow(/DIGEST_ERROR_THRESHOLD: .*adaptive: false/)
    expect(over('MIN_INTERVAL_S')()).toEqual({ adaptive: false, minInterval: 500 })
  })

  test('may all be missing', () => expect(from({})).toEqual({}))

  test.each([
    ['DIGEST_MAX_WORKERS', '0'],
    ['DIGEST_MAX_WORKERS', '2.5'],
    ['DIGEST_MAX_WORKERS', ''],
    ['DIGEST_MAX_QUEUE', 'many'],
    ['DIGEST_MIN_INTERVAL_S', '-1'],
    ['DIGEST_ERROR_THRESHOLD', '1.5'],
    ['DIGEST_BACKOFF_MULTIPLIER', '1'],
    ['DIGEST_MAX_WORKER', '3'],
  ])('%s = "%s" is refused by its name', (name, value) => {
    expect(() => from({ [name]: value })).toThrow(new RegExp(`${name}:`))
    expect(() => from({ [name]: value })).toThrow(expect.objectContaining({ name: 'EnvironmentError' }))
  })

  test('the prefix has to be one', () => expect(() => throttleFromEnvironment('')).toThrow('prefix'))
})
