/** A real `cdk` deploys, upgrades, rolls back and destroys Sluice, under load. See README.md. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ways } from './app/tasks.ts'
import { installMinistack } from './emulator/python.ts'
import { World } from './world.ts'

const ministack = await installMinistack()
let world: World
beforeAll(async () => {
  if (ministack.ok) world = await World.start(ministack.python)
})
afterAll(() => world?.stop({ keep: true }))

test('thin', async () => {
  console.log(world.directory)
  const time = Date.now()
  const say = (text: string) => console.log(((Date.now() - time) / 1000).toFixed(1), text)
  expect(await world.bootstrap()).toEqual({ ok: true })
  say('bootstrapped')
  expect(await world.deploy('first')).toEqual({ ok: true })
  say('deployed')
  await world.enqueue(ways, [{ customer: 'a', name: 'one' }])
  await world.witness.until(() => world.ledger.isDone(world.witness))
  say('ran')
  expect(await world.deploy('raised')).toEqual({ ok: true })
  say('raised')
  await world.enqueue(ways, [{ customer: 'a', name: 'two' }])
  await world.witness.until(() => world.ledger.isDone(world.witness))
  const failed = await world.deploy('failed')
  say(failed.ok ? '' : failed.output.slice(-1500))
  console.log(world.witness.calls, await world.emulator.logged(/REFUSED BY IAM/))
  console.log(await world.destroy())
  say('destroyed')
})
