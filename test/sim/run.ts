/** One seed, from its plan to its verdict. */
import { allChecks } from './checks/all.ts'
import type { Seen } from './checks/check.ts'
import { isBoundAlways } from './checks/i7-bound.ts'
import { hasVersion } from './checks/runnable.ts'
import { SometimesCounter } from './checks/sometimes.ts'
import { Truth } from './checks/truth.ts'
import { type FaultName, Faults } from './faults/rates.ts'
import { applyAppRates } from './workloads/app-rates.ts'
import { bringBack } from './workloads/bring-back.ts'
import { applyCancel } from './workloads/cancels.ts'
import { planOf } from './workloads/draw.ts'
import { applyEdit } from './workloads/edits.ts'
import { applyEnabling } from './workloads/enablings.ts'
import { applyLimiterAct } from './workloads/limiter-acts.ts'
import { applyOverride, unpause } from './workloads/overrides.ts'
import { applyPause } from './workloads/pauses.ts'
import type { Plan } from './workloads/plan.ts'
import { applyPutByHand } from './workloads/put-by-hand.ts'
import { applyToQueues } from './workloads/queue-limits.ts'
import { applyScheduleAct, endSchedules } from './workloads/schedule-acts.ts'
import { applyToSizes, recountAll } from './workloads/sized.ts'
import { submit } from './workloads/ways-in.ts'
import type { WorldEvent } from './world/events.ts'
import { installGlobals } from './world/globals.ts'
import { SimRandom } from './world/random.ts'
import { Trace } from './world/trace.ts'
import { World } from './world/world.ts'

export interface Violation {
  readonly seed: number
  readonly check: string
  readonly what: string
  /** Virtual seconds since the beginning. */
  readonly at_s: number
}

export interface Result {
  readonly seed: number
  readonly steps: number
  readonly virtual_ms: number
  readonly violations: readonly Violation[]
  readonly faults: ReadonlyMap<FaultName, number>
  readonly sometimes: ReadonlyMap<string, number>
  /** Messages that Lambda refused to deliver, since their chain was too long for it. */
  readonly loopsRefused: number
  readonly slowest_recovery_ms: number
  readonly hash: string
  readonly plan: Plan
}

/** How often the world is looked at as a whole, once faults are off. */
const LOOK_MS = 5000
/** Where nothing may wait for longer than seconds. */
const LOOK_CLOSELY_MS = 500
/** More steps than any run needs: something goes round in circles. */
const MAX_STEPS = 700_000
/** By then everything has come to its end, or never will. */
const LONGEST_MS = 24 * 3_600_000
/** A count and its writes, for each number. */
const RECOUNTED_MS = 60_000
/** Redelivered messages and late wake-ups may still come after the last job's end. */
const AFTERMATH_MS = 45 * 60_000

export async function runSeed(
  seed: number,
  print?: (line: string) => void,
  changes: Partial<Pick<Plan, 'loopDetection'>> = {},
): Promise<Result> {
  const random = new SimRandom(seed)
  const plan: Plan = { ...planOf(seed, random.fork()), ...changes }
  const faults = new Faults(random.fork(), plan.weather)
  const world = new World(random.fork(), plan, faults)
  const truth = new Truth(plan, world.tables, () => world.deploys.rollouts)
  const sometimes = new SometimesCounter(truth, world.tables)
  const trace = new Trace(plan.epoch_ms, print)
  const { checks, progress } = allChecks()
  const violations: Violation[] = []
  let loopsRefused = 0
  const { scheduler } = world
  const report = (check: string, what: string) => {
    const at_s = (scheduler.now - plan.epoch_ms) / 1000
    violations.push({ seed, check, what, at_s })
    print?.(`VIOLATION ${check}: ${what}`)
  }
  const seenBy = new Map(
    checks.map(({ name }) => [
      name,
      { truth, tables: world.tables, fail: (what: string) => report(name, what) },
    ]),
  )
  const seen = (name: string) => seenBy.get(name) as Seen
  world.listen((event: WorldEvent) => {
    truth.now = scheduler.now
    trace.add(scheduler.now, event)
    if (event.kind === 'loopRefused') loopsRefused++
    if (event.kind === 'surprise') report('no surprises', event.text)
    sometimes.see(event)
    for (const check of checks) check.before?.(event, seen(check.name))
    truth.learn(event)
    for (const check of checks) check.after?.(event, seen(check.name))
  })
  const broken = () => {
    if (scheduler.steps > MAX_STEPS && violations.length === 0) report('no circles', `${MAX_STEPS} steps`)
    return violations.length > 0
  }
  const watched = isBoundAlways(plan)
  const look_ms = watched ? LOOK_CLOSELY_MS : LOOK_MS
  const restore = installGlobals(scheduler, random.fork())
  try {
    submit(world, plan.jobs)
    for (const edit of plan.edits) scheduler.at(edit.at, () => applyEdit(world, edit))
    for (const [number, cancel] of plan.cancels.entries())
      scheduler.at(cancel.at, () => applyCancel(world, cancel, number))
    for (const act of plan.limiterActs) scheduler.at(act.at, () => applyLimiterAct(world, act))
    for (const one of plan.pauses ?? []) scheduler.at(one.at, () => applyPause(world, one))
    applyToQueues(world)
    applyAppRates(world, plan.appRates ?? [])
    for (const one of plan.schedules?.acts ?? []) scheduler.at(one.at, () => applyScheduleAct(world, one))
    for (const one of plan.schedules?.byHand ?? []) scheduler.at(one.at, () => applyPutByHand(world, one))
    for (const one of plan.schedules?.enablings ?? []) scheduler.at(one.at, () => applyEnabling(world, one))
    applyToSizes(world)
    for (const override of plan.overrides) scheduler.at(override.at, () => applyOverride(world, override))
    while (watched && !broken() && scheduler.now < plan.faultsUntil) {
      await scheduler.run(scheduler.now + look_ms, broken)
      progress.look(seen(progress.name))
    }
    await scheduler.run(plan.faultsUntil, broken)
    world.emit({ kind: 'note', text: 'faults are off' })
    faults.on = false
    // After the last change that is still on its way: an admin's function ends within a minute.
    scheduler.after(60_000, () => unpause(world))
    endSchedules(world)
    const end = scheduler.now + LONGEST_MS
    while (!broken() && scheduler.now < end && isUnfinished(world, truth)) {
      await scheduler.run(scheduler.now + look_ms, broken)
      progress.look(seen(progress.name))
      bringBack(world, truth)
    }
    if (!broken()) await scheduler.run(scheduler.now + AFTERMATH_MS, broken)
    if (!broken() && world.tables.sizes) {
      world.emit({ kind: 'quiet' })
      recountAll(world)
      await scheduler.run(scheduler.now + RECOUNTED_MS, broken)
    }
    truth.now = scheduler.now
    if (!broken()) for (const check of checks) check.finally?.(seen(check.name))
  } finally {
    restore()
  }
  return {
    seed,
    steps: scheduler.steps,
    virtual_ms: scheduler.now - plan.epoch_ms,
    violations,
    faults: faults.counts,
    sometimes: sometimes.counts,
    loopsRefused,
    slowest_recovery_ms: progress.slowest_ms(),
    hash: trace.digest(),
    plan,
  }
}

const isUnfinished = (world: World, truth: Truth): boolean =>
  world.scheduler.now < world.plan.faultsUntil + 120_000 ||
  [...truth.standing.values()].some((one) => hasVersion(world.plan, one)) ||
  world.events.pending > 0 ||
  world.schedulesLeft > 0 ||
  world.plan.jobs.some(({ at }) => at > world.scheduler.now)
