/**
 * Which configuration is in force, as CloudFormation carries out deploys and roll-backs. It tells twice: when a change
 * *begins*, before any function that decides gets its new configuration, and when it *ends*, after all of them have it.
 * In between both configurations may decide. Thus a failed deploy is followed too: its functions are announced before
 * they exist, and replaced when CloudFormation announces the configuration that it goes back to.
 */
import { REPLACED_FOR_MS } from './times.ts'
export interface DeploymentRecord {
  /** Counts the writes. */
  readonly version: number
  /** Counts the configurations that have come into force. */
  readonly number: number
  /** The hash of the configuration in force. Absent until the first deployment has ended. */
  readonly configuration?: string
  /** The hash of the configuration to which the change under way, or the last one, leads. */
  readonly next?: string
  /** Hashes that may not decide any more, and since when, in epoch ms. */
  readonly replaced: Readonly<Record<string, number>>
  /** The last requests of CloudFormation, which may send each of them twice. */
  readonly requests: readonly string[]
}

export interface DeploymentStep {
  readonly requestId: string
  readonly stage: 'begins' | 'ends'
  /** The hash of the configuration to which the change leads. */
  readonly configuration: string
}

const REMEMBERED_REQUESTS = 20

const NOTHING: DeploymentRecord = { version: 0, number: 0, replaced: {}, requests: [] }

/** A configuration that was never heard of is not replaced. */
export function isReplaced(
  record: DeploymentRecord | undefined,
  configuration: string,
  now: number,
): boolean {
  const since =
    record && Object.hasOwn(record.replaced, configuration) ? record.replaced[configuration] : undefined
  return since !== undefined && now - since < REPLACED_FOR_MS
}

/** Whether no other configuration decides, as far as CloudFormation has told. Where nobody deploys, there is one. */
export const isAlone = (record: DeploymentRecord | undefined, configuration: string): boolean =>
  record === undefined || (record.configuration === configuration && record.next === configuration)

/** When a configuration was replaced last; long ago if none was. */
export const lastReplacedAt = (record: DeploymentRecord | undefined): number =>
  Math.max(0, ...Object.values(record?.replaced ?? {}))

/** The record after a step, or `undefined` if the step has been recorded already. */
export function afterStep(
  record: DeploymentRecord = NOTHING,
  step: DeploymentStep,
  now: number,
): DeploymentRecord | undefined {
  if (record.requests.includes(step.requestId)) return undefined
  const inForce = step.stage === 'ends' ? step.configuration : record.configuration
  const allowed = [inForce, step.configuration]
  const over = [record.configuration, record.next].filter((hash) => hash !== undefined)
  const replaced = { ...record.replaced, ...Object.fromEntries(over.map((hash) => [hash, now])) }
  return {
    version: record.version + 1,
    number: record.number + (inForce === record.configuration ? 0 : 1),
    ...(inForce === undefined ? {} : { configuration: inForce }),
    next: step.configuration,
    replaced: Object.fromEntries(
      Object.entries(replaced).filter(([hash, at]) => !allowed.includes(hash) && now - at < REPLACED_FOR_MS),
    ),
    requests: [...record.requests, step.requestId].slice(-REMEMBERED_REQUESTS),
  }
}
