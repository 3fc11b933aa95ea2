/** How rights and names are given: named actions on named resources. */
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'

export const allow = (
  grantee: IGrantable,
  resourceArn: string,
  service: 'dynamodb' | 'sqs',
  actions: readonly string[],
): Grant =>
  Grant.addToPrincipal({
    grantee,
    resourceArns: [resourceArn],
    actions: actions.map((action) => `${service}:${action}`),
  })

/** Of the History table those items only whose keys begin so. */
export const allowKeysFrom = (
  grantee: IGrantable,
  historyArn: string,
  keys: readonly string[],
  actions: readonly string[],
): Grant =>
  Grant.addToPrincipal({
    grantee,
    resourceArns: [historyArn],
    actions: actions.map((action) => `dynamodb:${action}`),
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
  })

export function tell(target: LambdaFunction, environment: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(environment)) target.addEnvironment(name, value)
}
