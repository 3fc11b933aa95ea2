/** The environment variables of a throttle. */
import { describe, expect, test } from 'vitest'
import { throttleFromEnvironment } from '../../../lib/api/throttled-options.ts'

const from = (variables: Readonly<Record<string, string>>) => throttleFromEnvironment('DIGEST', variables)

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
