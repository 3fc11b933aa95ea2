/** Which refusals the way back to the release explains, and when. */
import { expect, test } from 'vitest'
import { expectNothingRefused } from './steps.ts'
import type { Target } from './targets/target.ts'
import { isOfWayBack, wayBack } from './way-back.ts'

const SCHEDULES = 'Deployed-JobsSchedulesTableDC59DE22-969AC2B437024'
const TICK = 'Deployed-JobsTickRole4B448DC0-A8FF4CE83CD52/Deployed-JobsTick66782E20-34061E014476D'
const refusal = ({ action = 'dynamodb:GetItem', table = SCHEDULES, role = TICK } = {}) =>
  `REFUSED BY IAM: ${action} on arn:aws:dynamodb:us-east-1:000000000000:table/${table} for ` +
  `arn:aws:sts::000000000000:assumed-role/${role}`

test.each([{}, { action: 'dynamodb:Query', table: `${SCHEDULES}/index/due` }])(
  'what the tick does with schedules: %j',
  (part) => expect(isOfWayBack(refusal(part))).toBe(true),
)

test.each([
  { action: 'dynamodb:DeleteItem' },
  { table: 'Deployed-JobsStateTableF84A3836-F1C796C8B6697' },
  { role: 'Deployed-JobsDispatcherRoleB1F23C09-338F95923B470/Deployed-JobsDispatcher2705BA0D-0E43FD45673DE' },
])('nothing else: %j', (part) => expect(isOfWayBack(refusal(part))).toBe(false))

test('only while the release is brought back', async () => {
  const refused: string[] = []
  const world = { target: { refusals: async () => [...refused] } as Partial<Target> as Target }
  const excused: string[] = []
  const brought = await wayBack(world, excused, async () => refused.push(refusal()))
  expect(brought).toBe(1)
  await expectNothingRefused(world, excused)
  refused.push(refusal())
  await expect(expectNothingRefused(world, excused)).rejects.toThrow()
})

test('another refusal on the way back is none that may be', async () => {
  const refused: string[] = []
  const world = { target: { refusals: async () => [...refused] } as Partial<Target> as Target }
  const excused: string[] = []
  await wayBack(world, excused, async () =>
    refused.push(refusal(), refusal({ action: 'dynamodb:DeleteItem' })),
  )
  await expect(expectNothingRefused(world, excused)).rejects.toThrow()
})
