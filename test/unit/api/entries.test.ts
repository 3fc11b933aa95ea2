/** What each entry of the package loads: an app written in CommonJS can load all of it but the worker. */
import { describe, expect, test } from 'vitest'
import { sourceFiles } from '../source-files.ts'

const FILES = new Map(sourceFiles('lib', 'cdk').map((file) => [file.path, file]))

/** Everything that is loaded when the entry is, at whatever distance. */
function loadedBy(entry: string): Set<string> {
  const loaded = new Set<string>([entry])
  for (const path of loaded)
    for (const { from, typeOnly } of FILES.get(path)?.imports ?? []) if (!typeOnly) loaded.add(from)
  return loaded
}

/** Middy cannot be required at all, and both belong in a Lambda function only. */
const LAMBDA_ONLY = /^@middy|^@aws-lambda-powertools|^lib\/adapters\/powertools|^lib\/api\/(?:lambda|worker)/
const lambdaOnly = (entry: string): string[] => [...loadedBy(entry)].filter((path) => LAMBDA_ONLY.test(path))

describe('an entry', () => {
  test('for the worker loads what only Lambda functions need', () => {
    expect(lambdaOnly('lib/worker.ts')).toEqual(expect.arrayContaining(['@middy/core', 'lib/api/worker.ts']))
  })

  test.for(['lib/index.ts', 'lib/admin.ts', 'cdk/index.ts'])('%s does not', (entry) => {
    expect(loadedBy(entry).size).toBeGreaterThan(10)
    expect(lambdaOnly(entry)).toEqual([])
  })
})
