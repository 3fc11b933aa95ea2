/** What the tests do to an account, and what that costs, is said before they do it. */
import { createInterface } from 'node:readline/promises'
import pc from 'picocolors'
import type { AccountChoice } from './choice.ts'
import { BOOTSTRAP_STACK, STACKS, TAG } from './stack-names.ts'

/** @throws Error unless somebody says that they are meant */
export async function confirm(choice: AccountChoice): Promise<void> {
  console.log(describe(choice))
  if (!process.stdin.isTTY) throw new Error('Nobody can be asked here: say --yes.')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question('Type the number of the account to go on: ')
  terminal.close()
  if (answer.trim() !== choice.account) throw new Error('Nothing was done.')
}

function describe({ account, region, serviceUrl, keep }: AccountChoice): string {
  const endpoint = process.env['AWS_ENDPOINT_URL']
  const by = endpoint ? `, by ${pc.bold(endpoint)},` : ','
  return `In account ${pc.bold(account)}, ${region}${by} the tests will
  - bootstrap the CDK, unless that was done before: the stack ${BOOTSTRAP_STACK} stays, with the code of the functions in its bucket,
  - deploy, upgrade, roll back and destroy the stacks ${Object.values(STACKS).join(', ')}, tagged ${TAG},
  - run some 5,000 jobs that call ${serviceUrl},
  - delete the tables and buckets that these stacks keep; after a failure ${keep ? 'all of it stays (--keep)' : 'the stacks, too'}.
All of it takes about an hour and a half, so long must the credentials last. It costs less than a dollar: requests of
DynamoDB, SQS, Lambda and S3, logs, and some 100 alarms for minutes each. Functions need about 50 executions side by side.`
}
