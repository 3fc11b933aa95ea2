/** What would go wrong in an account after minutes, or hurt somebody, is found out before anything is done there. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { DescribeEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'
import type { AccountChoice } from './choice.ts'
import { STACKS } from './stack-names.ts'
import { cloudFormation, findStack, isOfTests } from './stacks.ts'
import type { ClientOptions } from './target.ts'

const ANSWERS_WITHIN_MS = 20_000

/** @throws Error that says what to do */
export async function preflight({ account, region, serviceUrl, servicePort }: AccountChoice): Promise<void> {
  await expectAccount({ region }, account)
  await expectNoStacks({ region })
  await expectReaches(serviceUrl, servicePort)
}

/** Every account has a bus `default`, whose name says whose it is: the CDK deploys to whatever account the credentials are of. */
export async function expectAccount(options: ClientOptions, account: string): Promise<void> {
  const { Arn = '' } = await new EventBridgeClient(options).send(new DescribeEventBusCommand({}))
  const own = Arn.split(':')[4]
  if (own !== account)
    throw new Error(`The credentials are those of account ${own}, not of ${account}. Nothing was done.`)
}

/** README's names may be a user's own. A deploy would change that stack, and the end of the tests delete it with its tables. */
export async function expectNoStacks(options: ClientOptions): Promise<void> {
  const client = cloudFormation(options)
  for (const name of Object.values(STACKS)) {
    const found = await findStack(client, name)
    if (!found) continue
    throw new Error(
      isOfTests(found)
        ? `The stack ${name} is left from an earlier run: --clean-up deletes it. Nothing was done.`
        : `There is a stack ${name} in ${options.region}, which is not of these tests: choose another --region. Nothing was done.`,
    )
  }
}

/** Asks the service by its URL, as functions in the account will, and sees whether the port of this machine is asked. */
export async function expectReaches(url: string, port: number): Promise<void> {
  const word = randomUUID()
  const server = createServer((_request, response) => response.end(word))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) })
    if ((await answer.text()) !== word) throw new Error('somebody else answers')
  } catch (error) {
    const why = error instanceof Error ? (error.cause ?? error.message) : error
    throw new Error(`${url} does not reach port ${port} of this machine (${why}): open the tunnel first.`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
