/** The example of schedules, as its head comment says to run it: on the local cloud, by a process of its own. */
import { execFile } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { startCloud } from '../../local/cloud.ts'
import { synth } from '../../local/synth.ts'

test('the example of schedules makes, changes and removes schedules, and its jobs run', async () => {
  process.env['SLUICE_APP_CONFIG'] = 'examples/schedules/config.ts'
  process.env['SLUICE_APP_WORKER'] = 'examples/schedules/worker.ts'
  const assembly = await synth({ app: 'node cdk/app.ts' })
  onTestFinished(() => rm(assembly, { recursive: true, force: true }))
  const said = new EventEmitter()
  let log = ''
  const until = async (...texts: readonly string[]): Promise<void> => {
    while (!texts.every((text) => log.includes(`"message":"${text}"`))) await once(said, 'text')
  }
  await using cloud = await startCloud({
    assembly,
    log: (_functionId, text) => {
      log += text
      said.emit('text')
    },
  })
  const { outputs, endpoints, credentials, region } = cloud
  const env = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    JOBS_TABLE_NAME: outputs['JobsTableName'],
    STATE_TABLE_NAME: outputs['StateTableName'],
    HISTORY_TABLE_NAME: outputs['HistoryTableName'],
    SCHEDULES_TABLE_NAME: outputs['SchedulesTableName'],
    WAKE_QUEUE_URL: outputs['WakeQueueUrl'],
  }
  const { stdout } = await promisify(execFile)(process.execPath, ['examples/schedules/main.ts'], { env })
  expect(stdout).toContain('updated 20')
  expect(stdout).toContain('its tick at 02:30 comes at 03:00')
  expect(stdout).toContain('acme is paused by ann@example.com')
  expect(stdout).toContain('a job now:')
  // What was asked for now, what was past, and what the configuration declares.
  await until('report', 'remind', 'clean-up')
})
