import { describe, expect, test } from 'vitest'
import type { DeploymentRecord, DeploymentStep } from '../../../lib/core/deployment.ts'
import type { SluiceEvent } from '../../../lib/core/event.ts'
import { NO_SETTINGS, type QueueSettings } from '../../../lib/core/queue/queue-settings.ts'
import type { DeploymentLog } from '../../../lib/ports/deployment.ts'
import { deployed, deploymentOf } from '../../../lib/use-cases/deployed.ts'
import { NOW } from '../../support/builders.ts'

/** One record, a clock that moves only when somebody sleeps, and a network that may fail. */
class Deployments {
  now = NOW
  reads = 0
  fails = false
  readonly errors: string[] = []
  record: DeploymentRecord | undefined
  set: QueueSettings = NO_SETTINGS
  readonly settings = async (): Promise<QueueSettings> => {
    if (this.fails) throw new Error('throttled')
    return this.set
  }
  /** Called between a read and its write. */
  race = async (): Promise<void> => {}
  readonly log: DeploymentLog = {
    read: async () => {
      this.reads++
      if (this.fails) throw new Error('throttled')
      return this.record
    },
    write: async (record, before) => {
      await this.race()
      if (this.record?.version !== before?.version) return false
      this.record = record
      return true
    },
  }
  readonly clock = {
    now: () => this.now,
    sleep: async (delay_ms: number) => {
      this.now += delay_ms
    },
  }
  readonly events = {
    emit: ({ kind }: SluiceEvent) => void (kind === 'deployments not read' && this.errors.push(kind)),
  }
  #requests = 0

  step(stage: DeploymentStep['stage'], configuration: string): Promise<void> {
    return deployed(this, { requestId: `request-${this.#requests++}`, stage, configuration })
  }

  async deploy(configuration: string): Promise<void> {
    await this.step('begins', configuration)
    await this.step('ends', configuration)
  }
}

describe('a function', () => {
  test('whose configuration is replaced knows it when the deploy returns', async () => {
    const deployments = new Deployments()
    await deployments.deploy('old')
    const old = deploymentOf('old', deployments)
    expect(await old.isReplaced()).toBe(false)
    await deployments.deploy('new')
    expect(await old.isReplaced()).toBe(true)
    expect(await deploymentOf('new', deployments).isReplaced()).toBe(false)
  })

  test('decides again after a roll-back to its configuration', async () => {
    const deployments = new Deployments()
    await deployments.deploy('old')
    await deployments.deploy('new')
    const [old, failed] = [deploymentOf('old', deployments), deploymentOf('new', deployments)]
    expect(await old.isReplaced()).toBe(true)
    await deployments.deploy('old')
    expect(await old.isReplaced()).toBe(false)
    expect(await failed.isReplaced()).toBe(true)
  })

  test('of a deploy that failed before its end knows it when the roll-back begins', async () => {
    const deployments = new Deployments()
    await deployments.deploy('old')
    await deployments.step('begins', 'new')
    const failed = deploymentOf('new', deployments)
    expect(await failed.isReplaced()).toBe(false)
    await deployments.step('begins', 'old')
    expect(await failed.isReplaced()).toBe(true)
  })

  test('looks once a second, however often it is asked', async () => {
    const deployments = new Deployments()
    const deployment = deploymentOf('mine', deployments)
    await Promise.all([deployment.isReplaced(), deployment.isReplaced()])
    deployments.now += 999
    await deployment.isReplaced()
    expect(deployments.reads).toBe(1)
    deployments.now += 1
    await deployment.isReplaced()
    expect(deployments.reads).toBe(2)
  })

  test('decides nothing before it could look once, and looks again immediately', async () => {
    const deployments = new Deployments()
    await deployments.deploy('old')
    await deployments.deploy('new')
    const old = deploymentOf('old', deployments)
    deployments.fails = true
    await expect(old.isReplaced()).rejects.toThrow('throttled')
    expect(await old.isAlone()).toBe(false)
    deployments.fails = false
    expect(await old.isReplaced()).toBe(true)
  })

  test('goes by what it knew last when it cannot look, and says so', async () => {
    const deployments = new Deployments()
    const old = deploymentOf('old', deployments)
    await deployments.deploy('old')
    expect(await old.isReplaced()).toBe(false)
    deployments.fails = true
    deployments.now += 1000
    expect(await old.isReplaced()).toBe(false)
    expect(deployments.errors).toHaveLength(1)
    deployments.fails = false
    await deployments.deploy('new')
    expect(await old.isReplaced()).toBe(true)
    deployments.fails = true
    deployments.now += 60_000
    expect(await old.isReplaced()).toBe(true)
  })
})

describe('what is set for whole queues', () => {
  const SET: QueueSettings = {
    pauses: new Map([['crm', { by: 'ann' }]]),
    limits: new Map([['mail', { concurrency: 2 }]]),
  }

  test('is known within a second, whatever is deployed, by a look that is no more frequent', async () => {
    const deployments = new Deployments()
    const deployment = deploymentOf('mine', deployments)
    expect(await deployment.settings()).toEqual(NO_SETTINGS)
    deployments.set = SET
    deployments.now += 999
    await deployments.deploy('mine')
    expect(await deployment.settings()).toEqual(NO_SETTINGS)
    const { reads } = deployments
    deployments.now += 1
    expect(await deployment.isReplaced()).toBe(false)
    expect(await deployment.settings()).toEqual(SET)
    expect(deployments.reads).toBe(reads + 1)
  })

  test('is what was known last while nobody can look, and before the first look nothing is decided', async () => {
    const deployments = new Deployments()
    const deployment = deploymentOf('mine', deployments)
    deployments.fails = true
    await expect(deployment.settings()).rejects.toThrow('throttled')
    deployments.fails = false
    deployments.set = SET
    expect(await deployment.settings()).toEqual(SET)
    deployments.fails = true
    deployments.now += 60_000
    expect(await deployment.settings()).toEqual(SET)
  })

  test('is looked for again immediately if it alone could not be read', async () => {
    const deployments = new Deployments()
    let look = (): Promise<QueueSettings> => Promise.reject(new Error('throttled'))
    const deployment = deploymentOf('mine', { ...deployments, settings: () => look() })
    expect(await deployment.isReplaced()).toBe(false)
    await expect(deployment.settings()).rejects.toThrow('throttled')
    look = deployments.settings
    expect(await deployment.settings()).toEqual(NO_SETTINGS)
  })
})

describe('a step', () => {
  test('that comes twice at the same time is recorded once', async () => {
    const deployments = new Deployments()
    const step = { requestId: 'one', stage: 'ends', configuration: 'mine' } as const
    await Promise.all([deployed(deployments, step), deployed(deployments, step)])
    expect(deployments.record).toMatchObject({ number: 1, version: 1, configuration: 'mine' })
  })

  test('that somebody else’s write comes before is recorded on top of that', async () => {
    const deployments = new Deployments()
    let raced = false
    deployments.race = async () => {
      if (raced) return
      raced = true
      await deployments.step('ends', 'other')
    }
    await deployments.step('ends', 'mine')
    expect(deployments.record).toMatchObject({ number: 2, configuration: 'mine' })
    expect(await deploymentOf('other', deployments).isReplaced()).toBe(true)
  })

  test('that replaces nothing waits for nobody', async () => {
    const deployments = new Deployments()
    await deployments.deploy('old')
    deployments.now += 60_000
    const before = deployments.now
    await deployments.step('begins', 'new')
    expect(deployments.now).toBe(before)
  })

  test('that comes again waits as the first one does', async () => {
    const deployments = new Deployments()
    await deployments.deploy('old')
    const step = { requestId: 'one', stage: 'ends', configuration: 'new' } as const
    await deployed(deployments, step)
    deployments.now -= 1500
    await deployed(deployments, step)
    expect(deployments.now).toBe(NOW + 2000)
  })

  test('that cannot be recorded fails', async () => {
    const deployments = new Deployments()
    deployments.fails = true
    await expect(deployments.step('ends', 'mine')).rejects.toThrow('throttled')
  })
})
