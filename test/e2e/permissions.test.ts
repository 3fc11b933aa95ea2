/**
 * IAM, both ways: no function and no client makes a call that its role does not grant, and no role grants what is never
 * used. `permissions/table.ts` says what uses each right.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startOldBucket } from './permissions/old-bucket.ts'
import { covers, Permissions } from './permissions/rights.ts'
import { SCENARIOS } from './permissions/scenarios.ts'
import { TABLE } from './permissions/table.ts'
import { World } from './setup.ts'

let world: World
let permissions: Permissions
const bucket = await startOldBucket()
beforeAll(async () => {
  world = await World.watched({ s3Endpoint: bucket.endpoint })
  permissions = new Permissions(world.assembly)
})
afterAll(async () => {
  await world?.stop()
  bucket.close()
})

test.for(Object.keys(TABLE))('%s has the rights of the table, and no others', (caller) => {
  const rights = Object.entries(TABLE[caller] ?? {}).map(([resource, uses]) => [
    resource,
    Object.keys(uses).toSorted(),
  ])
  expect(permissions.of(caller)).toEqual(Object.fromEntries(rights))
})

interface Right {
  readonly caller: string
  readonly resource: string
  readonly action: string
}
const rightsUsedBy = (scenario: string): Right[] =>
  Object.entries(TABLE).flatMap(([caller, resources]) =>
    Object.entries(resources).flatMap(([resource, uses]) =>
      Object.entries(uses).flatMap(([action, use]) =>
        use === scenario ? [{ caller, resource, action }] : [],
      ),
    ),
  )

const isUsed = ({ caller, resource, action }: Right): boolean =>
  world.calls.some(
    (call) =>
      call.caller.startsWith(caller) &&
      call.action === action &&
      covers(resource, permissions.nameOf(call.resource)),
  )

test.for(SCENARIOS)('$name', async ({ name, run }) => {
  const rights = rightsUsedBy(name)
  expect(rights).not.toEqual([])
  await run(world)
  await expect.poll(() => rights.filter((right) => !isUsed(right)), { timeout: 30_000 }).toEqual([])
  expect(permissions.refused(world.calls)).toEqual([])
  world.forgetCalls()
})
