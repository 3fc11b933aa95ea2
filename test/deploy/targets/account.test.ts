/** What a command gets to know of whoever runs the tests in an account, and who may call their service. */
import { createServer } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { freePort } from '../../../local/engines/process.ts'
import { Account } from './account.ts'
import { paceOf } from './pace.ts'

const choice = async () =>
  ({
    kind: 'account',
    account: '123456789012',
    region: 'eu-west-1',
    serviceUrl: 'https://tunnel.example.com',
    servicePort: await freePort(),
    keep: false,
  }) as const

afterEach(() => vi.unstubAllEnvs())

test('a command gets temporary credentials, a profile, and the way to AWS, in the region that was chosen', async () => {
  const variables = {
    AWS_SESSION_TOKEN: 'a token',
    AWS_PROFILE: 'a profile',
    HOME: '/home/ann',
    HTTPS_PROXY: 'http://proxy.example.com',
    NODE_EXTRA_CA_CERTS: 'ca.pem',
  }
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  const { environment } = new Account(await choice())
  expect(environment).toMatchObject({
    ...variables,
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    CDK_DEFAULT_REGION: 'eu-west-1',
    CDK_DEFAULT_ACCOUNT: '123456789012',
  })
})

test('and nothing else of theirs', async () => {
  vi.stubEnv('GITHUB_TOKEN', 'a token')
  expect(new Account(await choice()).environment).not.toHaveProperty('GITHUB_TOKEN')
})

test('the service listens where the tunnel ends, and is not open to the network', async () => {
  const server = createServer()
  const { serviceUrl, servicePort, ...rest } = await choice()
  const url = await new Account({ ...rest, serviceUrl, servicePort }).serve(server)
  expect(url).toBe(serviceUrl)
  expect(server.address()).toMatchObject({ address: '127.0.0.1', port: servicePort })
  server.close()
})

test.each(['ministack', 'endpoint', 'account'] as const)(
  'a step on %s has the time for two deploys',
  (kind) => {
    const { step_ms, deploy_ms, settles_ms } = paceOf({ kind })
    expect(step_ms).toBeGreaterThan(2 * (deploy_ms + settles_ms))
  },
)
