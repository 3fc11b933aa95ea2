/** Judges by what is left: in the tables, in the queues, and in what the emulator has refused. */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import type { World } from './world.ts'

/** Nothing is left over but what a part of the test has explained. */
export async function leftOver({ tables, explained }: World): Promise<object[]> {
  const isExplained = (row: { pk: string; sk: string }) =>
    explained.some(({ pk, sk }) => pk === row.pk && sk === row.sk)
  const rows = [...(await tables.jobs()), ...(await tables.history())]
  return rows.filter((row) => !isExplained(row))
}

/** Slots that nobody gave back. */
export async function slotsTaken({ tables }: World): Promise<string[]> {
  const taken = (await tables.states()).flatMap(({ pk, slots = {} }) =>
    Object.keys(slots as object).map((id) => `${pk} ${id}`),
  )
  return taken
}

/** Messages by queue of the stack, without the empty ones. Wake-ups may be left: they find nothing to do. */
export async function messages({
  sqs,
  queueUrls,
}: Pick<World, 'sqs' | 'queueUrls'>): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const QueueUrl of await queueUrls()) {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
    )
    const count = names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0)
    const name = QueueUrl.split('/').at(-1) ?? QueueUrl
    if (count > 0 && !/WakeQueue/.test(name)) found[name] = count
  }
  return found
}
