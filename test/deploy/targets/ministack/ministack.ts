/** One MiniStack on loopback, with IAM enforced and over TLS, as a process group that ends with the test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import type { Server } from 'node:net'
import { dirname, join } from 'node:path'
import pRetry from 'p-retry'
import { freePort } from '../../../../local/engines/process.ts'
import { onLoopback } from '../../../support/loopback.ts'
import type { ClientOptions, Target } from '../target.ts'

const START_TIMEOUT_MS = 60_000
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const

export class Ministack implements Target {
  readonly account = '000000000000'
  readonly region = 'us-east-1'
  readonly #endpoint: string
  readonly #certificate: string
  #ca: Buffer | undefined
  readonly #process: ChildProcess
  readonly #log: string

  static async start(python: string, directory: string): Promise<Ministack> {
    const port = await freePort()
    const temporary = join(directory, 'ministack')
    await mkdir(temporary, { recursive: true })
    const log = join(directory, 'ministack.log')
    const output = await open(log, 'w')
    const child = spawn(python, [join(import.meta.dirname, 'launch.py')], {
      detached: true,
      cwd: temporary,
      stdio: ['ignore', output.fd, output.fd],
      env: environment(port, temporary),
    })
    await output.close()
    const emulator = new Ministack(child, port, temporary, log)
    await emulator.#answers()
    return emulator
  }

  private constructor(child: ChildProcess, port: number, temporary: string, log: string) {
    this.#process = child
    this.#log = log
    this.#endpoint = `https://127.0.0.1:${port}`
    this.#certificate = join(temporary, 'ministack-tls', 'server.crt')
    process.once('exit', this.#kill)
  }

  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.#endpoint,
      AWS_CA_BUNDLE: this.#certificate,
      NODE_EXTRA_CA_CERTS: this.#certificate,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
      CDK_DEFAULT_ACCOUNT: this.account,
      CDK_DEFAULT_REGION: this.region,
    }
  }

  get clientOptions(): ClientOptions {
    const httpsAgent = new Agent({ ...(this.#ca ? { ca: this.#ca } : {}), keepAlive: true })
    const { region } = this
    return { region, endpoint: this.#endpoint, credentials: CREDENTIALS, requestHandler: { httpsAgent } }
  }

  serve = (server: Server): Promise<string> => onLoopback(server)

  /** A line of its log for each: `launch.py` writes them. */
  readonly refusals = async (): Promise<string[]> => {
    const lines = (await readFile(this.#log, 'utf8')).split('\n')
    return lines.filter((line) => line.includes('REFUSED BY IAM'))
  }

  /** All that was deployed is gone with the process. */
  async stop(): Promise<void> {
    process.off('exit', this.#kill)
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#kill()
    await exited
  }

  readonly #kill = (): void => {
    if (this.#process.pid === undefined) return
    try {
      process.kill(-this.#process.pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }

  async #answers(): Promise<void> {
    const retry = { retries: START_TIMEOUT_MS / 100, minTimeout: 100, factor: 1 }
    const ask = async () => {
      if (this.#process.exitCode !== null) throw new Error(`MiniStack ended: see ${this.#log}`)
      const ca = await readFile(this.#certificate)
      const asked = request(`${this.#endpoint}/_ministack/health`, { ca }).end()
      const [response] = await once(asked, 'response')
      response.resume()
      this.#ca = ca
    }
    await pRetry(ask, retry)
  }
}

/** Functions are processes of the emulator, so the Node of its PATH is theirs. Nothing else of ours is handed on. */
const environment = (port: number, temporary: string): Record<string, string> => ({
  PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
  HOME: temporary,
  TMPDIR: temporary,
  BIND_HOST: '127.0.0.1',
  MINISTACK_HOST: '127.0.0.1',
  GATEWAY_PORT: String(port),
  AUTH: 'true',
  USE_SSL: '1',
  IOT_MTLS_ENABLED: '0',
  SFTP_ENABLED: '0',
})
