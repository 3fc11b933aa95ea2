/** An AWS client whose commands go nowhere: they are written down, and answered as if all had gone well. */

export interface Sent {
  readonly command: string
  readonly input: Readonly<Record<string, unknown>>
}

interface Stack {
  add(
    middleware: (
      next: unknown,
      context: { readonly commandName?: string },
    ) => (args: { readonly input: object }) => Promise<{ output: object; response: unknown }>,
    options: { readonly step: 'initialize'; readonly priority: 'high' },
  ): void
}

const ANSWER = { $metadata: {}, Attributes: { pk: { S: 'crm|acme' } }, Items: [], Failed: [], Successful: [] }

export function record<C extends { readonly middlewareStack: unknown }>(client: C, sent: Sent[]): C {
  const stack = client.middlewareStack as Stack
  stack.add(
    (_next, { commandName = '' }) =>
      async ({ input }) => {
        sent.push({ command: commandName, input: input as Sent['input'] })
        return { output: ANSWER, response: {} }
      },
    { step: 'initialize', priority: 'high' },
  )
  return client
}
