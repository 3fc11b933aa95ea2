/**
 * What fauxqs leaves out: a request's `X-Amzn-Trace-Id` becomes the system attribute `AWSTraceHeader` of the messages
 * that it sends, and whoever receives one is told if they ask.
 */
import * as z from 'zod'

/** So many messages are remembered; those sent before have lost their header. */
const REMEMBERED = 100_000

const Sent = z.object({
  MessageId: z.string().optional(),
  Successful: z.array(z.object({ Id: z.string(), MessageId: z.string() })).default([]),
})
const Attribute = z.object({ AWSTraceHeader: z.object({ StringValue: z.string() }).optional() }).optional()
const Sending = z.object({
  MessageSystemAttributes: Attribute,
  Entries: z.array(z.object({ Id: z.string(), MessageSystemAttributes: Attribute })).default([]),
})
const Receiving = z.object({
  AttributeNames: z.array(z.string()).default([]),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
})
const Received = z.looseObject({
  Messages: z
    .array(z.looseObject({ MessageId: z.string(), Attributes: z.record(z.string(), z.string()).default({}) }))
    .default([]),
})

export interface Exchange {
  /** Such as `SendMessage`. */
  readonly operation: string
  readonly header: string | undefined
  readonly request: unknown
  /** The successful reply, as JSON text. */
  readonly reply: string
}

export class TraceHeaders {
  readonly #byMessage = new Map<string, string>()

  /** Returns the reply as it is to be sent. */
  see({ operation, header, request, reply }: Exchange): string {
    if (operation === 'ReceiveMessage') return this.#received(request, reply)
    if (operation === 'SendMessage' || operation === 'SendMessageBatch') this.#sent(header, request, reply)
    return reply
  }

  #sent(header: string | undefined, request: unknown, reply: string): void {
    const { MessageSystemAttributes, Entries } = Sending.parse(request)
    const { MessageId, Successful } = Sent.parse(JSON.parse(reply))
    if (MessageId !== undefined) this.#remember(MessageId, headerOf(MessageSystemAttributes) ?? header)
    for (const { Id, MessageId } of Successful) {
      const entry = Entries.find((it) => it.Id === Id)
      this.#remember(MessageId, headerOf(entry?.MessageSystemAttributes) ?? header)
    }
  }

  #received(request: unknown, reply: string): string {
    const { AttributeNames, MessageSystemAttributeNames } = Receiving.parse(request)
    const asked = [...AttributeNames, ...MessageSystemAttributeNames]
    if (!asked.includes('All') && !asked.includes('AWSTraceHeader')) return reply
    const received = Received.parse(JSON.parse(reply))
    for (const message of received.Messages) {
      const header = this.#byMessage.get(message.MessageId)
      if (header !== undefined) message.Attributes['AWSTraceHeader'] = header
    }
    return JSON.stringify(received)
  }

  #remember(messageId: string, header: string | undefined): void {
    if (header === undefined) return
    this.#byMessage.set(messageId, header)
    const [oldest] = this.#byMessage.keys()
    if (this.#byMessage.size > REMEMBERED && oldest !== undefined) this.#byMessage.delete(oldest)
  }
}

function headerOf(attributes: z.infer<typeof Attribute>): string | undefined {
  return attributes?.AWSTraceHeader?.StringValue
}
