/** What the emulator needs and AWS does not: see differences.md. */
import { Aspects, Stack, Token } from 'aws-cdk-lib'
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IConstruct } from 'constructs'

interface Statement {
  readonly Action: string | readonly string[]
  readonly Resource: unknown
}

/** The emulator asks for an action `sqs:SendMessageBatch`; AWS has none, `sqs:SendMessage` allows both. */
export function allowBatches(scope: IConstruct): void {
  const done = new Set<IConstruct>()
  Aspects.of(scope).add({
    visit: (node) => {
      if (!(node instanceof Policy) || done.has(node)) return
      done.add(node)
      for (const { Action, Resource } of statementsOf(node))
        if ([Action].flat().includes('sqs:SendMessage'))
          node.addStatements(statement('sqs:SendMessageBatch', Resource))
    },
  })
}

function statementsOf(policy: Policy): readonly Statement[] {
  const { Statement = [] } = Stack.of(policy).resolve(policy.document) as { Statement?: readonly Statement[] }
  return Statement
}

/** Names of resources are known to CloudFormation only: objects, which a statement takes as tokens. */
const statement = (action: string, resource: unknown): PolicyStatement =>
  new PolicyStatement({
    actions: [action],
    resources: [resource].flat().map((arn) => Token.asString(arn)),
  })
