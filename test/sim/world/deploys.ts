/**
 * CloudFormation: it tells the product that a change begins, puts new functions beside the old ones and in their place,
 * and tells that the change has ended. A change may fail half-way, and then it goes back the same way.
 */
import type { DeploymentRecord, DeploymentStep } from '../../../lib/core/deployment.ts'
import { afterStep } from '../../../lib/core/deployment.ts'
import type { DeploymentLog } from '../../../lib/ports/deployment.ts'
import { deployed } from '../../../lib/use-cases/deployed.ts'
import { sweep } from '../../../lib/use-cases/sweep/sweep.ts'
import type { DeployPlan } from '../workloads/versions.ts'
import { contextOf } from './context.ts'
import type { Invocation } from './invocation.ts'
import type { World } from './world.ts'

/** From `from` to `until` functions of the version before and of this one run side by side. */
export interface Rollout {
  readonly version: number
  readonly from: number
  readonly until: number
}

const AGAIN_MS = 1000

/** What the record calls a version. */
export const configurationOf = (version: number): string => `v${version}`

export class Deploys {
  record: DeploymentRecord | undefined
  /** In their order; the last one may be under way. */
  readonly rollouts: Rollout[]
  busy = false
  #steps = 0
  readonly #world: World
  readonly #applySchedules: (by: Invocation) => Promise<void>

  /** @param applySchedules makes those stand there that its configuration declares */
  constructor(world: World, begin: number, applySchedules: (by: Invocation) => Promise<void>) {
    this.#applySchedules = applySchedules
    this.#world = world
    this.rollouts = [{ version: 0, from: begin, until: begin }]
    for (const stage of ['begins', 'ends'] as const)
      this.record = afterStep(this.record, this.#stepOf(stage, 0), begin) ?? this.record
  }

  get version(): number {
    return this.rollouts.at(-1)?.version ?? 0
  }

  /** One change after the other. */
  start(plan: DeployPlan): void {
    const { scheduler } = this.#world
    if (this.busy) {
      scheduler.after(AGAIN_MS, () => this.start(plan))
      return
    }
    this.busy = true
    const before = this.version
    this.#change(plan, () => {
      if (plan.fails) this.#change({ ...plan, version: before }, () => this.#end(before))
      else this.#end(plan.version)
    })
  }

  /** Tells that it begins, and then replaces the functions. */
  #change({ version, roll_ms }: DeployPlan, done: () => void): void {
    const { scheduler } = this.#world
    this.#tell(this.#stepOf('begins', version), () => {
      const until = scheduler.now + roll_ms
      this.rollouts.push({ version, from: scheduler.now, until })
      scheduler.at(until, done)
    })
  }

  #end(version: number): void {
    this.#tell(this.#stepOf('ends', version), () => {
      this.busy = false
    })
  }

  #stepOf = (stage: DeploymentStep['stage'], version: number): DeploymentStep => ({
    requestId: `request-${++this.#steps}`,
    stage,
    configuration: configurationOf(version),
  })

  /** CloudFormation waits for the answer; where none comes it asks again. */
  #tell(step: DeploymentStep, done: () => void): void {
    const world = this.#world
    world.invoke(
      'deployer',
      async (by) => {
        const context = contextOf(world, by)
        await deployed({ ...context, log: logOf(world, by) }, step)
        if (step.stage !== 'ends') return
        await this.#applySchedules(by).catch((error) => world.expected(error))
        // So that what waited for this configuration is found soon.
        await sweep(context).catch((error) => world.expected(error))
      },
      ({ ok }) => {
        if (ok) done()
        else world.scheduler.after(AGAIN_MS, () => this.#tell(step, done))
      },
    )
  }
}

/** The record of deployments, over the network. */
export const logOf = (world: World, by: Invocation): DeploymentLog => ({
  read: () => world.network.call(by, 'readDeployment', async () => structuredClone(world.deploys.record)),
  write: (record, before) =>
    world.network.call(by, 'writeDeployment', async () => {
      if (world.deploys.record?.version !== before?.version) return false
      world.deploys.record = structuredClone(record)
      world.emit({ kind: 'effect', by, effect: { op: 'deployment', record } })
      return true
    }),
})
