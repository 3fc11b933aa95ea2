/**
 * What a user gets from npm, deployed: README's app in an empty folder, the one that `cdk init` makes, and one of ES modules,
 * each by its own `cdk`, the first two by README's own commands. See README.md.
 */
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { remove } from '../support/package-apps.ts'
import { GREETING, PackagedApp } from './packaged-app.ts'
import { expectNothingRefused } from './steps.ts'
import { findTarget, type Target } from './targets/target.ts'

const found = await findTarget()
if (!found.ok) console.warn(`The package is not deployed: ${found.missing}`)

describe.skipIf(!found.ok)('the package, deployed by the user’s own cdk', () => {
  /** What the service of README's task has been asked for. */
  const asked: string[] = []
  const service = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`)
    response.end()
    service.emit('asked')
  })
  const untilAsked = async (...calls: readonly string[]) => {
    while (!calls.every((call) => asked.includes(call))) await once(service, 'asked')
  }
  const of = (customer: string, contact: string) => `PUT /${customer}/contacts/${contact}`

  let directory: string
  let target: Target
  let serviceUrl: string
  let readme: PackagedApp
  beforeAll(async () => {
    if (!found.ok) return
    directory = await mkdtemp(join(tmpdir(), 'sluice-deploy-'))
    target = await found.start(directory)
    serviceUrl = await target.serve(service)
  })
  afterAll(async () => {
    service.close()
    await target?.stop()
    await remove(directory)
  })

  test('README’s app in an empty folder is deployed', async () => {
    readme = await PackagedApp.ofReadme(directory, target, serviceUrl)
    await readme.bootstrap()
    await readme.deploy()
  })

  test('its three ways in work: the client, a plain put, and an event', async () => {
    await readme.enqueue('acme', ['1', '2'])
    await untilAsked(of('acme', '42'), of('acme', '1'), of('acme', '2'))
    asked.length = 0
    await readme.putByReadme()
    await untilAsked(of('acme', '42'))
    asked.length = 0
    await readme.sendByReadme()
    await untilAsked(of('acme', '42'))
  })

  test('the app that `cdk init` makes is deployed, and takes a plain put', async () => {
    const app = await PackagedApp.ofInit(directory, target, serviceUrl, readme)
    await app.deploy()
    asked.length = 0
    await app.putByReadme()
    await untilAsked(of('acme', '42'))
    await app.destroy()
  })

  test('an app of ES modules, which Node runs as it is, is deployed, and takes a job of its client', async () => {
    const app = await PackagedApp.ofEsModules(directory, target, serviceUrl, readme)
    await app.deploy()
    await app.enqueueGreeting()
    await untilAsked(GREETING)
    await app.destroy()
  })

  test('is destroyed, and IAM has refused nothing, where the target tells', async () => {
    await readme.destroy()
    await expectNothingRefused({ target })
  })
})
