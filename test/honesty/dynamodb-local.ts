/**
 * AWS's own engine, from Maven Central. By hand, it runs a command against itself:
 * `node test/honesty/dynamodb-local.ts -- npx vitest run --project contract`
 */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pRetry from 'p-retry'
import { freePort } from '../../local/engines/process.ts'

const VERSION = '2.5.2'
/** Outside of the repository: 51 MB, fetched once a machine. */
const CACHE = join(tmpdir(), `sluice-dynamodb-local-${VERSION}`)
const MAIN = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner'
const START_TIMEOUT_MS = 60_000

/** What is missing to run it, in words that go into a test report; `undefined` where all is there. */
export function missingDynamoDBLocal(): string | undefined {
  const java = /version "(\d+)/.exec(run('java', '-version'))?.[1]
  if (java === undefined) return 'DynamoDB Local needs Java 17, and there is no java in the PATH'
  if (Number(java) < 17) return `DynamoDB Local needs Java 17, and java is ${java}`
  if (!existsSync(CACHE) && run('mvn', '-version') === '')
    return 'DynamoDB Local is fetched with Maven, and there is no mvn in the PATH'
  return undefined
}

function run(command: string, argument: string): string {
  const { stdout, stderr, status } = spawnSync(command, [argument], { encoding: 'utf8' })
  return status === 0 ? `${stdout}${stderr}` : ''
}

export interface DynamoDBLocal {
  readonly endpoint: string
  stop(): Promise<void>
}

export async function startDynamoDBLocal(): Promise<DynamoDBLocal> {
  await fetchJars()
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const options = ['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)]
  const jvm = ['-Xmx512m', `-Djava.library.path=${CACHE}`, '-cp', join(CACHE, '*')]
  const engine = spawn('java', [...jvm, MAIN, ...options], { stdio: 'ignore' })
  const takeAlong = () => engine.kill('SIGKILL')
  process.once('exit', takeAlong)
  await pRetry(() => fetch(endpoint), { retries: START_TIMEOUT_MS / 100, minTimeout: 100, factor: 1 })
  const stop = async () => {
    process.off('exit', takeAlong)
    if (engine.exitCode !== null) return
    const exited = once(engine, 'exit')
    engine.kill('SIGKILL')
    await exited
  }
  return { endpoint, stop }
}

/** Into a folder that gets its name only when it is complete: another process may do the same at this moment. */
async function fetchJars(): Promise<void> {
  if (existsSync(CACHE)) return
  const folder = `${CACHE}.${process.pid}`
  await mkdir(folder, { recursive: true })
  try {
    const project = join(folder, 'pom.xml')
    await writeFile(project, POM)
    await promisify(execFile)('mvn', ['-q', '-B', '-f', project, COPY, `-DoutputDirectory=${folder}`])
    await rename(folder, CACHE).catch((error) => {
      if (!existsSync(CACHE)) throw error
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies'
const POM = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>dynamodb-local</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>${VERSION}</version>
  </dependency></dependencies>
</project>
`

async function main([separator, command, ...args]: readonly string[]): Promise<number> {
  if (separator !== '--' || command === undefined) {
    console.error('usage: node test/honesty/dynamodb-local.ts -- <command> [arguments]')
    return 2
  }
  const missing = missingDynamoDBLocal()
  if (missing) {
    console.log(`SKIPPED: ${[command, ...args].join(' ')} (${missing})`)
    return 0
  }
  const engine = await startDynamoDBLocal()
  try {
    const env = { ...process.env, DYNAMODB_ENDPOINT: engine.endpoint }
    const child = spawn(command, args, { stdio: 'inherit', env })
    const [code] = (await once(child, 'exit')) as [number | null]
    return code ?? 1
  } finally {
    await engine.stop()
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
