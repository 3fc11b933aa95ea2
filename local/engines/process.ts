import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { atMost, sleep } from '../async.ts'

/** An engine that runs as a process of its own, so that it can be killed like a real one can fail. */
export interface Engine {
  endpoint: string
  /** Kills it without warning and starts it again on the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface EngineOptions {
  name: string
  port: number
  /** A module that serves on the port given as its first argument. */
  module: string
  args: string[]
  notice(text: string): void
}

const START_TIMEOUT_MS = 15_000
const MAX_QUICK_DEATHS = 5
const QUICK_MS = 2000

/** Starts the engine, and starts it again whenever it dies without having been told to. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { name, port, notice } = options
  const endpoint = `http://127.0.0.1:${port}`
  let stopping = false
  let quickDeaths = 0
  let child = launch()
  await answers(endpoint, name, () => child)

  function launch(): ChildProcess {
    const started = Date.now()
    const launched = spawnEngine(options)
    launched.once('exit', () => {
      quickDeaths = Date.now() - started < QUICK_MS ? quickDeaths + 1 : 0
      if (stopping || child !== launched || quickDeaths > MAX_QUICK_DEATHS) return
      notice(`${name} died and was started again on port ${port}`)
      child = launch()
    })
    return launched
  }

  async function restart(): Promise<void> {
    const old = child
    quickDeaths = 0
    old.kill('SIGKILL')
    if (old.exitCode === null && old.signalCode === null) await once(old, 'exit')
    await answers(endpoint, name, () => child)
  }

  async function stop(): Promise<void> {
    stopping = true
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await atMost(2000, exited)
  }

  return { endpoint, restart, stop }
}

/** Detached: a Ctrl-C in the terminal must reach us, not the engines, which are needed until the end. */
function spawnEngine({ module, port, args }: EngineOptions): ChildProcess {
  return fork(module, [String(port), ...args], {
    detached: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

/** Any HTTP answer will do: it means that the engine listens. */
async function answers(endpoint: string, name: string, child: () => ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline && child().exitCode === null) {
    const response = await fetch(endpoint).catch(() => undefined)
    if (response) return void (await response.arrayBuffer())
    await sleep(10)
  }
  throw new Error(`${name} does not answer at ${endpoint}.`)
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('No free port.')
  return address.port
}
