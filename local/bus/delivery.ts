/** From the bus, or a schedule, to the targets of its rules. */
import {
  QueueDoesNotExist,
  SendMessageCommand,
  type SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs'
import { backoff_ms, persist, sleep } from '../async.ts'
import type { Json } from '../json.ts'
import { isThrottled } from '../lambda/account.ts'
import type { Outcome } from '../lambda/outcome.ts'
import type { Queue } from '../resources/queues.ts'
import type { Rule, Target } from '../resources/rules.ts'
import { targetInput } from './input.ts'

/** An asynchronous invocation is tried three times in all; Lambda waits a minute, then two. */
const LAMBDA_RETRIES_MS = [200, 400]

export interface DeliveryOptions {
  sqs: SQSClient
  queues: Queue[]
  invoke(functionArn: string, payload: string): Promise<Outcome>
  notice(text: string): void
  signal: AbortSignal
}

/** Takes events to the targets of rules. What it was given is delivered, however long an engine is away. */
export class Delivery {
  readonly #options: DeliveryOptions
  readonly #underWay = new Set<Promise<void>>()

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  deliver(rule: Rule, event: Json): Promise<void> {
    const all = Promise.all(rule.targets.map((target) => this.#toTarget(rule, target, event)))
    const delivery = all.then(() => {})
    this.#underWay.add(delivery)
    return delivery.finally(() => this.#underWay.delete(delivery))
  }

  async done(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** Sends a message until it is sent. */
  async send(queueArn: string, body: string, groupId?: string): Promise<void> {
    const queue = this.#options.queues.find(({ arn }) => arn === queueArn)
    if (!queue) return this.#options.notice(`No queue here is called ${queueArn}: a message for it is lost`)
    const group = groupId === undefined ? {} : { MessageGroupId: groupId }
    const command = new SendMessageCommand({ QueueUrl: queue.url, MessageBody: inAscii(body), ...group })
    const { sqs, signal, notice } = this.#options
    await persist(() => sqs.send(command), signal, isRefused).catch((error) =>
      notice(`${queue.name}: ${error}`),
    )
  }

  async #toTarget(rule: Rule, target: Target, event: Json): Promise<void> {
    const input = targetInput(target, event, rule)
    if (target.Arn.includes(':sqs:')) await this.send(target.Arn, input, target.SqsParameters?.MessageGroupId)
    else if (target.Arn.includes(':lambda:')) await this.#invoke(target, input)
    else this.#options.notice(`Rule ${rule.name}: a target like ${target.Arn} does not run locally`)
  }

  /** An asynchronous invocation waits for its turn in Lambda's own queue. */
  async #whenNotThrottled(invoke: () => Promise<Outcome>): Promise<Outcome> {
    for (let tries = 0; ; tries++) {
      const outcome = await invoke()
      if (!isThrottled(outcome) || this.#options.signal.aborted) return outcome
      await sleep(backoff_ms(tries), this.#options.signal)
    }
  }

  async #invoke({ Arn, DeadLetterConfig }: Target, input: string): Promise<void> {
    for (const wait_ms of [...LAMBDA_RETRIES_MS, undefined]) {
      const outcome = await this.#whenNotThrottled(() => this.#options.invoke(Arn, input))
      if (outcome.kind === 'success' || this.#options.signal.aborted) return
      if (wait_ms !== undefined) await sleep(wait_ms, this.#options.signal)
    }
    if (DeadLetterConfig) await this.send(DeadLetterConfig.Arn, input)
  }
}

/**
 * JSON that says the same in ASCII: fauxqs refuses characters that SQS takes, those beyond U+FFFF. They can only stand
 * within strings. What is not JSON is sent as it is.
 */
function inAscii(body: string): string {
  try {
    JSON.parse(body)
  } catch {
    return body
  }
  return body.replace(/[^\0-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The engine is there and does not want the message, for example because it is too long. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof SQSServiceException && error.$fault === 'client' && !(error instanceof QueueDoesNotExist)
  )
}
