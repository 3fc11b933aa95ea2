/** What CloudFormation tells of a deploy or a roll-back is written down, and what the functions make of it. */
import {
  afterStep,
  type DeploymentRecord,
  type DeploymentStep,
  isAlone,
  isReplaced,
  lastReplacedAt,
} from '../core/deployment.ts'
import type { QueueSettings } from '../core/queue/queue-settings.ts'
import { LOOK_EVERY_MS, NOTICED_AFTER_MS } from '../core/times.ts'
import type { Clock } from '../ports/clock.ts'
import type { Deployment, DeploymentLog } from '../ports/deployment.ts'
import type { Events } from '../ports/events.ts'

const TRIES = 5

interface Surroundings {
  readonly log: DeploymentLog
  readonly clock: Clock
  readonly events: Events
}

/**
 * Writes a step down. When it returns, no function decides by a configuration that this step has replaced.
 * @throws if it could not be written
 */
export async function deployed({ log, clock, events }: Surroundings, step: DeploymentStep): Promise<void> {
  const record = await recorded(log, clock, step)
  events.emit({ kind: 'deployment recorded', step })
  const noticed_at = lastReplacedAt(record) + NOTICED_AFTER_MS
  if (noticed_at > clock.now()) await clock.sleep(noticed_at - clock.now())
}

/** The record in which the step stands, whoever has written it down. */
async function recorded(
  log: DeploymentLog,
  clock: Clock,
  step: DeploymentStep,
): Promise<DeploymentRecord | undefined> {
  for (let tries = 0; tries <= TRIES; tries++) {
    const before = await log.read()
    const after = afterStep(before, step, clock.now())
    if (after === undefined) return before
    if (await log.write(after, before)) return after
  }
  throw new Error('the record of deployments is being written by somebody else: deploy again')
}

interface Sources extends Surroundings {
  /** Reads what people have set for whole queues. */
  readonly settings: () => Promise<QueueSettings>
}

/**
 * Both items are read at the same time, and at most once a second. A read that fails does not stop the work: what was known
 * last holds, until the next one succeeds. But before it has read an item once, a function decides nothing that needs it.
 */
export function deploymentOf(configuration: string, { log, settings, clock, events }: Sources): Deployment {
  const record = lastRead(
    () => log.read(),
    (error) => events.emit({ kind: 'deployments not read', error }),
  )
  const set = lastRead(settings, (error) => events.emit({ kind: 'queue settings not read', error }))
  let looked: { readonly at: number; readonly done: Promise<unknown> } | undefined
  const lookSometimes = async () => {
    const now = clock.now()
    if (!looked || now - looked.at >= LOOK_EVERY_MS || record.failure || set.failure)
      looked = { at: now, done: Promise.all([record.look(), set.look()]) }
    await looked.done
  }
  return {
    isReplaced: async () => {
      await lookSometimes()
      return isReplaced(knownIn(record), configuration, clock.now())
    },
    isAlone: async () => {
      await lookSometimes()
      return record.known !== undefined && isAlone(record.known.value, configuration)
    },
    settings: async () => {
      await lookSometimes()
      return knownIn(set)
    },
  }
}

function knownIn<T>({ known, failure }: LastRead<T>): T {
  if (!known) throw failure
  return known.value
}

interface LastRead<T> {
  readonly known?: { readonly value: T }
  /** Why nothing is known yet. */
  readonly failure?: unknown
  look(): Promise<void>
}

function lastRead<T>(read: () => Promise<T>, onError: (error: unknown) => void): LastRead<T> {
  const last: { known?: { readonly value: T }; failure?: unknown } & LastRead<T> = {
    look: async () => {
      try {
        last.known = { value: await read() }
        delete last.failure
      } catch (error) {
        if (!last.known) last.failure = error
        onError(error)
      }
    },
  }
  return last
}
