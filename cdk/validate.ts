/** What the compiler cannot see, said when the construct is made and not at the first deployment. */
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Construct } from 'constructs'
import { WORKER_MARGIN_MS } from '../lib/core/times.ts'
import { PROP_NAMES, type SluiceProps, workerTimeout } from './props.ts'
import { WORKER_OPTION_NAMES } from './worker-option-names.ts'

/** The props of a construct are wrong. Every line of the message names a prop and says what to do. */
export class SluicePropsError extends Error {
  override readonly name = 'SluicePropsError'
  readonly problems: readonly string[]
  constructor(construct: string, problems: readonly string[]) {
    super([`the props of ${construct} are not valid`, ...problems].join('\n'))
    this.problems = problems
  }
}

/** @throws SluicePropsError with all that is wrong */
export function validateProps(scope: Construct, props: SluiceProps): void {
  const problems = isObject(props) ? problemsOf(props) : [NO_PROPS]
  if (problems.length > 0) throw new SluicePropsError(scope.node.path, problems)
}

const NO_PROPS =
  'props: pass { config, worker }: what defineConfig({ queues: { … } }) returned, and the path of the file that exports your worker handler'

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

function problemsOf(props: SluiceProps): string[] {
  return [
    ...unknownKeys(props),
    ...unknownWorkerOptions(props),
    ...workerFile(props),
    ...configuration(props),
    ...timeouts(props),
    ...numbers(props),
  ]
}

const unknownKeys = (props: SluiceProps): string[] =>
  Object.keys(props)
    .filter((key) => !Object.hasOwn(PROP_NAMES, key))
    .map((key) => `${key}: there is no such prop; there are: ${Object.keys(PROP_NAMES).join(', ')}`)

const unknownWorkerOptions = ({ workerOptions = {} }: SluiceProps): string[] =>
  Object.keys(workerOptions)
    .filter((key) => !Object.hasOwn(WORKER_OPTION_NAMES, key))
    .map(
      (key) =>
        `workerOptions.${key}: there is no such option; there are: ${Object.keys(WORKER_OPTION_NAMES).join(', ')}`,
    )

function workerFile({ worker }: SluiceProps): string[] {
  if (typeof worker !== 'string')
    return ['worker: the path of the file that exports your worker handler is missing']
  const path = resolve(worker)
  if (!existsSync(path) || !statSync(path).isFile())
    return [
      `worker: there is no file ${path}; a relative path starts at the working directory, ${process.cwd()}`,
    ]
  return []
}

function configuration({ config }: SluiceProps): string[] {
  if (typeof config?.queues !== 'object' || !config.input)
    return ['config: pass what defineConfig({ queues: { … } }) returned']
  return []
}

function timeouts(props: SluiceProps): string[] {
  const timeout_ms = workerTimeout(props).toMilliseconds()
  return Object.entries(props.config?.queues ?? {})
    .filter(([, queue]) => queue.timeout_ms + WORKER_MARGIN_MS > timeout_ms)
    .map(
      ([name, queue]) =>
        `workerOptions.timeout: the worker function stops after ${timeout_ms / 1000} s, but a job of queue "${name}" may run ` +
        `${queue.timeout_ms / 1000} s and needs ${WORKER_MARGIN_MS / 1000} s more to be finished properly. Set ` +
        `workerOptions: { timeout: Duration.seconds(${Math.ceil((queue.timeout_ms + WORKER_MARGIN_MS) / 1000)}) } or more ` +
        `(Lambda allows 900), or lower queues.${name}.timeout.`,
    )
}

function numbers({
  workerBatchSize: batch,
  workerMaxConcurrency: concurrency,
  accountConcurrency: quota,
  sweepEvery,
}: SluiceProps): string[] {
  const problems: string[] = []
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 1 && batch <= 10))
    problems.push(`workerBatchSize: ${batch} is not a whole number from 1 to 10`)
  if (
    concurrency !== undefined &&
    !(Number.isInteger(concurrency) && concurrency >= 2 && concurrency <= 1000)
  )
    problems.push(`workerMaxConcurrency: ${concurrency} is not a whole number from 2 to 1000`)
  if (quota !== undefined && !(Number.isInteger(quota) && quota >= 10))
    problems.push(`accountConcurrency: ${quota} is not a whole number from 10, the least that an account has`)
  if (sweepEvery && sweepEvery.toMilliseconds() % 60_000 !== 0)
    problems.push(
      `sweepEvery: ${sweepEvery.toHumanString()} is not a whole number of minutes, which EventBridge needs`,
    )
  return problems
}
