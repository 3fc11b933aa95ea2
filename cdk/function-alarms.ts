/** Alarms on the functions: they are late, they fail, they find no room. */
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { alarm, FIVE_MINUTES, MINUTE } from './alarm.ts'
import type { Functions } from './functions.ts'

const EACH_MINUTE = { period: MINUTE, statistic: 'Sum' } as const
const EACH_FIVE = { period: FIVE_MINUTES, statistic: 'Sum' } as const

export const createFunctionAlarms = (scope: Construct, { dispatcher, tick, worker }: Functions): Alarm[] => [
  alarm(
    scope,
    'StreamAgeAlarm',
    'the dispatcher is more than a minute behind the new jobs. See its errors and throttles, and those of the tables',
    {
      metric: dispatcher.metric('IteratorAge', { period: MINUTE, statistic: 'Maximum' }),
      above: 60_000,
      periods: 5,
    },
  ),
  alarm(
    scope,
    'TickAlarm',
    'the tick fails each minute: delayed jobs and reopened rate windows wait for the sweep. See its log',
    { metric: tick.metricErrors(EACH_MINUTE), periods: 3 },
  ),
  alarm(
    scope,
    'DispatcherErrorsAlarm',
    'the dispatcher fails as a whole: it cannot load, times out or runs out of memory. Its batches come again. See its log',
    { metric: dispatcher.metricErrors(EACH_FIVE) },
  ),
  alarm(
    scope,
    'WorkerErrorsAlarm',
    'invocations of the worker ended without an answer: it cannot load, ran into its timeout, crashed or ran out of ' +
      'memory. Each job in them has used up an attempt, unless it shared its process with others. See its log; raise memorySize, or heed `signal` in the handlers',
    { metric: worker.metricErrors(EACH_FIVE) },
  ),
  ...[dispatcher, tick].map((target) => onThrottles(scope, target)),
  ...[dispatcher, worker].map((target) => onRecursion(scope, target)),
]

/** A burst that is throttled for a moment comes again by itself. */
const onThrottles = (scope: Construct, target: LambdaFunction): Alarm =>
  alarm(
    scope,
    `${target.node.id}ThrottlesAlarm`,
    `the ${target.node.id.toLowerCase()} finds no room: the account’s Lambda concurrency is used up, and jobs are claimed late. ` +
      'Ask AWS for a higher quota, give it as accountConcurrency, or lower workerMaxConcurrency',
    { metric: target.metricThrottles(EACH_MINUTE), periods: 5, of: 3 },
  )

const onRecursion = (scope: Construct, target: LambdaFunction): Alarm =>
  alarm(
    scope,
    `${target.node.id}RecursionAlarm`,
    'Lambda took a chain of wake-ups or hand-offs for a runaway loop and drops invocations; jobs wait for the sweep. ' +
      `Recursive loop detection must be off for the ${target.node.id.toLowerCase()}: deploy the stack again`,
    { metric: target.metric('RecursiveInvocationsDropped', EACH_FIVE) },
  )
