/** What AWS's linter of templates says of ours: nothing. It knows the regions' own schemas, which the CDK does not. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Duration } from 'aws-cdk-lib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { remove, temporaryDirectory } from '../support/package-apps.ts'
import { installProgram } from '../support/python.ts'
import { synth } from './synth.ts'

const linter = await installProgram({ name: 'cfn-lint', version: '1.51.0' })
if (!linter.ok) console.warn(`Templates are not linted: ${linter.missing}`)

const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2']
/** A dependency that is there anyway: the CDK writes those of each function on its role down. */
const IGNORED = ['W3005']

let directory: string
beforeAll(async () => {
  directory = await temporaryDirectory()
})
afterAll(() => remove(directory))

/** The package has no module that `python -m` could run, and its script holds an old path. */
const MAIN = 'import sys; from cfnlint.runner import main; sys.exit(main())'

/** Its findings, one a line, or nothing. */
async function lint(template: object): Promise<string> {
  if (!linter.ok) throw new Error(linter.missing)
  const file = join(directory, 'template.json')
  await writeFile(file, JSON.stringify(template))
  const options = ['--format', 'parseable', '--ignore-checks', ...IGNORED, '--regions', ...REGIONS]
  const linted = promisify(execFile)(linter.python, ['-c', MAIN, ...options, '--template', file])
  return linted.then(({ stdout }) => stdout).catch(foundBy)
}

/** It ends with a code for what it has found. Whatever else ends it prints nothing there. */
function foundBy(error: { readonly stdout?: string }): string {
  if (error.stdout) return error.stdout
  throw error
}

const trigger = { pattern: { source: ['shop'] }, task: { name: 'sync', queue: 'hubspot' }, payload: {} }

test.skipIf(!linter.ok).for([
  ['as it is', {}],
  [
    'with all that can be set',
    { accountConcurrency: 1000, sweepEvery: Duration.minutes(1), workerBatchSize: 10 },
  ],
] as const)('cfn-lint finds nothing in a stack %s', async ([, props]) => {
  const template = synth(props, (sluice) => void sluice.addTrigger('Ordered', trigger))
  expect(await lint(template.toJSON())).toBe('')
})

test.skipIf(!linter.ok)('it does look', async () => {
  const Careless = { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: 'soon' } }
  expect(await lint({ Resources: { Careless } })).toContain('E3012')
})
