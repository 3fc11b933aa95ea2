import { Duration } from 'aws-cdk-lib'
import { describe, expect, test } from 'vitest'
import type { SluiceProps } from '../../cdk/index.ts'
import { Sluice, SluicePropsError } from '../../cdk/index.ts'
import { defineConfig } from '../../lib/core/queue/config.ts'
import { newSluice, newStack } from './synth.ts'

function problemsOf(props: Record<string, unknown>): readonly string[] {
  try {
    newSluice(newStack(), props as Partial<SluiceProps>)
  } catch (error) {
    if (error instanceof SluicePropsError) return error.problems
    throw error
  }
  return []
}

describe('refused, with what to do about it', () => {
  test.each([
    [
      'a key that does not exist',
      { sweepevery: Duration.minutes(1) },
      /^sweepevery: there is no such prop; there are: config, worker, /,
    ],
    [
      'a worker file that does not exist',
      { worker: 'nowhere/worker.ts' },
      /^worker: there is no file \/.*\/nowhere\/worker\.ts; a relative path/,
    ],
    [
      'an option of the worker that does not exist',
      { workerOptions: { memory: 1024 } },
      /^workerOptions\.memory: there is no such option; there are: bundling, .*\bmemorySize, /,
    ],
    [
      'an option of the worker that is Sluice’s own',
      { workerOptions: { logGroup: undefined } },
      /^workerOptions\.logGroup: there is no such option/,
    ],
    ['a directory as worker', { worker: import.meta.dirname }, /^worker: there is no file/],
    ['no worker', { worker: undefined }, /^worker: the path of the file/],
    ['a configuration that nobody checked', { config: { queues: {} } }, /^config: pass what defineConfig/],
    ['no configuration', { config: undefined }, /^config: pass what defineConfig/],
    [
      'a batch of half a job',
      { workerBatchSize: 0.5 },
      /^workerBatchSize: 0.5 is not a whole number from 1 to 10$/,
    ],
    [
      'a concurrency of 1, which Lambda does not know',
      { workerMaxConcurrency: 1 },
      /^workerMaxConcurrency: 1 is not/,
    ],
    [
      'an account without concurrency',
      { accountConcurrency: 0 },
      /^accountConcurrency: 0 is not a whole number from 10/,
    ],
    [
      'a sweep by the second',
      { sweepEvery: Duration.seconds(90) },
      /^sweepEvery: 1 minute 30 seconds is not/,
    ],
  ])('%s', (_, props, problem) => {
    expect(problemsOf(props)).toEqual([expect.stringMatching(problem)])
  })

  test.each([undefined, null, 'config.ts'])('no props: %s', (props) => {
    const create = () => new Sluice(newStack(), 'Jobs', props as unknown as SluiceProps)
    expect(create).toThrow(SluicePropsError)
    expect(create).toThrow(/Test\/Jobs are not valid\nprops: pass \{ config, worker \}/)
  })

  test('a worker that stops before its jobs do', () => {
    const config = defineConfig({ queues: { quick: { timeout: '30s' }, slow: { timeout: '1m' } } })
    expect(problemsOf({ config, workerOptions: { timeout: Duration.seconds(64) } })).toEqual([
      'workerOptions.timeout: the worker function stops after 64 s, but a job of queue "slow" may run 60 s and needs 5 s ' +
        'more to be finished properly. Set workerOptions: { timeout: Duration.seconds(65) } or more (Lambda allows 900), ' +
        'or lower queues.slow.timeout.',
    ])
    expect(problemsOf({ config, workerOptions: { timeout: Duration.seconds(65) } })).toEqual([])
  })

  test('not what leaves everything to the defaults', () => {
    expect(problemsOf({})).toEqual([])
  })

  test('all in one message', () => {
    expect(problemsOf({ worker: 'nowhere.ts', nonsense: 1 })).toHaveLength(2)
  })
})
