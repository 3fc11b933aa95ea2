/** The two clocks: the tick for what time brings, the sweep for what a crash left behind. */
import { Duration } from 'aws-cdk-lib'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as Target } from 'aws-cdk-lib/aws-events-targets'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { CLOCK_EVENT_LIVES_MS, TICK_EVERY_MS } from '../lib/core/times.ts'

export function addSchedules(scope: Construct, tick: LambdaFunction, sweepEvery: Duration): void {
  every(scope, Duration.millis(TICK_EVERY_MS), 'tick', tick)
  every(scope, sweepEvery, 'sweep', tick)
}

const RULES = { tick: 'TickRule', sweep: 'SweepRule' } as const

const every = (scope: Construct, rate: Duration, kind: keyof typeof RULES, target: LambdaFunction): Rule =>
  new Rule(scope, RULES[kind], {
    description: `Sluice: ${kind}`,
    schedule: Schedule.rate(rate),
    targets: [
      new Target(target, {
        event: RuleTargetInput.fromObject({ kind }),
        retryAttempts: 2,
        maxEventAge: Duration.millis(CLOCK_EVENT_LIVES_MS),
      }),
    ],
  })
