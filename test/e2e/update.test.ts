/** Functions are updated under load: for a while two versions are at work, with two configurations. */
import { rm } from 'node:fs/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../lib/index.ts'
import { type Cloud, startCloud } from '../../local/cloud.ts'
import { synth } from '../../local/synth.ts'
import { Watch } from './permissions/watch.ts'
import { Recorder } from './recorder.ts'
import { CONCURRENCY, configOf, type Version } from './update/config.ts'
import { added, lowered } from './update/tasks.ts'

async function assemblyOf(version: Version): Promise<string> {
  process.env['UPDATE_VERSION'] = version
  const assembly = await synth({ app: 'node test/e2e/update/app.ts' })
  onTestFinished(() => rm(assembly, { recursive: true, force: true }))
  return assembly
}

const clientOf = ({ region, credentials, endpoints, outputs }: Cloud, version: Version) =>
  createClient({
    config: configOf(version),
    jobsTable: outputs['JobsTableName'] ?? '',
    dynamodb: new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb }),
  })

const jobs = (count: number, of: string) =>
  Array.from({ length: count }, (_, n) => ({ payload: { customer: 'acme', name: `${of}-${n}` } }))

test('a limit that is lowered holds when the update is through, and no job is lost', async () => {
  const recorder = new Recorder()
  process.env['RECORDER_URL'] = await recorder.listen()
  onTestFinished(() => recorder.close())
  const watch = new Watch()
  const first = await assemblyOf('first')
  await using cloud = await startCloud({ assembly: first, call: watch.call })
  await clientOf(cloud, 'first').enqueueMany(lowered, jobs(30, 'lowered'))
  await recorder.until(() => recorder.highestConcurrency('acme') === CONCURRENCY.first)

  const second = await assemblyOf('second')
  const updating = cloud.update(second, { overlap_ms: 4000 })
  // Put while functions are still at work that do not know the queue.
  await clientOf(cloud, 'second').enqueueMany(added, jobs(3, 'added'))
  await updating
  const { length } = recorder.seen

  await recorder.until(() => recorder.ended('acme').length === 33)
  expect(highestAfter(recorder, length)).toBeLessThanOrEqual(CONCURRENCY.second)
  expect(new Set(recorder.started('acme')).size).toBe(recorder.started('acme').length)
  await cloud.stop()
  watch.judge(first, second)
})

/** The most runs of the queue at any moment, of those that have begun since. */
function highestAfter({ seen }: Recorder, length: number): number {
  const of = seen.slice(length).filter(({ queue }) => queue === 'lowered')
  const begun = new Set(of.flatMap(({ what, name }) => (what === 'start' ? [name] : [])))
  let running = 0
  return Math.max(
    0,
    ...of.filter(({ name }) => begun.has(name)).map(({ what }) => (running += what === 'start' ? 1 : -1)),
  )
}
