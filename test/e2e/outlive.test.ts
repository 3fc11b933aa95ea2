/** The bundled worker, run into its function's timeout by a handler that does not listen: nothing of it runs on. */
import { EventEmitter, once } from 'node:events'
import { rm } from 'node:fs/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../lib/index.ts'
import { type Cloud, type Invocation, startCloud } from '../../local/cloud.ts'
import { synth } from '../../local/synth.ts'
import config from './outlive/config.ts'
import { stubborn } from './outlive/tasks.ts'
import { Watch } from './permissions/watch.ts'

interface Said {
  readonly customer: string
  readonly at: number
  readonly ended?: boolean
}

/** What the worker's function has said, line by line. */
class Log {
  readonly lines: string[] = []
  readonly #changed = new EventEmitter()

  add(text: string): void {
    this.lines.push(...text.split('\n'))
    this.#changed.emit('line')
  }

  of(customer: string): Said[] {
    const said = this.lines.filter((line) => line.startsWith('{') && line.includes('"at"'))
    return said.map((line): Said => JSON.parse(line)).filter((it) => it.customer === customer)
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#changed, 'line')
  }
}

interface Started extends AsyncDisposable {
  readonly cloud: Cloud
}

/** In the end it throws if IAM would have refused a call by the template. */
async function start(worker: string, log: Log): Promise<Started> {
  process.env['OUTLIVE_WORKER'] = `test/e2e/outlive/${worker}.ts`
  const assembly = await synth({ app: 'node test/e2e/outlive/app.ts' })
  onTestFinished(() => rm(assembly, { recursive: true, force: true }))
  const watch = new Watch()
  const cloud = await startCloud({
    assembly,
    call: watch.call,
    log: (functionId, text) => functionId.startsWith('JobsWorker') && log.add(text),
  })
  const stop = async () => {
    await cloud.stop()
    watch.judge(assembly)
  }
  return { cloud, [Symbol.asyncDispose]: stop }
}

const clientOf = ({ region, credentials, endpoints, outputs }: Cloud) =>
  createClient({
    config,
    jobsTable: outputs['JobsTableName'] ?? '',
    dynamodb: new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb }),
  })

const failureOf =
  (reason: string) =>
  ({ logicalId, outcome }: Invocation): boolean =>
    logicalId.startsWith('JobsWorker') && outcome.kind === 'failure' && outcome.reason === reason

/** Has jobs of other customers done by the same, only environment: were the handler frozen in it, it would go on. */
async function others(cloud: Cloud, log: Log): Promise<void> {
  const customers = ['b', 'c', 'd']
  for (const customer of customers) await clientOf(cloud).enqueue(stubborn, { customer, beats: 10 })
  await Promise.all(customers.map((customer) => log.until(() => log.of(customer).some(({ ended }) => ended))))
}

const saidAfter = (log: Log, time_ms: number): Said[] => log.of('a').filter(({ at }) => at > time_ms)

test('a handler that takes no notice of its signal ends with the invocation', async () => {
  const log = new Log()
  await using started = await start('worker', log)
  const { cloud } = started
  const ended = cloud.next('invocation', ({ outcome, logicalId, payload }) => {
    const isWorkers = logicalId.startsWith('JobsWorker') && payload.includes('stubborn|a')
    return isWorkers && outcome.kind === 'failure'
  })
  await clientOf(cloud).enqueue(stubborn, { customer: 'a' })
  const { outcome } = await ended
  const ended_ms = Date.now()
  await others(cloud, log)
  expect(saidAfter(log, ended_ms)).toEqual([])
  expect(log.of('a').length).toBeGreaterThan(10)
  expect(outcome).toMatchObject({ reason: 'timeout' })
})

test('a handler whose invocation the user’s own wrapper ends early is stopped when the process goes on', async () => {
  const log = new Log()
  await using started = await start('early-worker', log)
  const { cloud } = started
  const early = cloud.next('invocation', failureOf('error'))
  await clientOf(cloud).enqueue(stubborn, { customer: 'a' })
  await early
  const stopped = cloud.next('invocation', failureOf('crash')).then(() => Date.now())
  const othersDone = others(cloud, log).then(() => undefined)
  const stopped_ms = (await Promise.race([stopped, othersDone])) ?? expect.unreachable('nothing was stopped')
  await othersDone
  expect(saidAfter(log, stopped_ms)).toEqual([])
  expect(log.lines.join('\n')).toContain('handlers of an earlier invocation still run')
})
