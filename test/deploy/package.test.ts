/**
 * What a user gets from npm, deployed: README's app in an empty folder, and the one that `cdk init` makes, each by its own
 * `cdk` and by README's own commands. See README.md.
 */
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { remove } from '../cdk/package-apps.ts'
import { onLoopback } from '../support/loopback.ts'
import { Emulator } from './emulator/emulator.ts'
import { installMinistack } from './emulator/python.ts'
import { PackagedApp } from './packaged-app.ts'

const ministack = await installMinistack()
if (!ministack.ok) console.warn(`The package is not deployed: ${ministack.missing}`)

describe.skipIf(!ministack.ok)('the package, deployed by the user’s own cdk', () => {
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
  let emulator: Emulator
  let serviceUrl: string
  let readme: PackagedApp
  beforeAll(async () => {
    if (!ministack.ok) return
    directory = await mkdtemp(join(tmpdir(), 'sluice-deploy-'))
    emulator = await Emulator.start(ministack.python, directory)
    serviceUrl = await onLoopback(service)
  })
  afterAll(async () => {
    service.close()
    await emulator?.stop()
    await remove(directory)
  })

  test('README’s app in an empty folder is deployed', async () => {
    readme = await PackagedApp.ofReadme(directory, emulator, serviceUrl)
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
    const app = await PackagedApp.ofInit(directory, emulator, serviceUrl, readme)
    await app.deploy()
    asked.length = 0
    await app.putByReadme()
    await untilAsked(of('acme', '42'))
    await app.destroy()
  })

  test('is destroyed, and IAM has refused nothing', async () => {
    await readme.destroy()
    expect(await emulator.logged(/REFUSED BY IAM/)).toEqual([])
  })
})
