/** Processes that stand in for a service. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { atMost, sleep } from '../async.ts'

/** An engine that runs as a process of its own, so that it can be killed like a real one can fail. */
export interface Engine {
  endpoint: string
  /** Whether it was there before us and will be after us. */
  isShared: boolean
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

const START_TIMEOUT_MS = 60_000
const MAX_QUICK_DEATHS = 5
const QUICK_MS = 2000

/** Starts the engine, and starts it again whenever it dies without having been told to. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { name, port, notice } = options
  const endpoint = `http://127.0.0.1:${port}`
  let stopping = false
  let quickDeaths = 0
  let child = launch()

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
    if (isRunning(old)) {
      const exited = once(old, 'exit')
      killGroup(old)
      await exited
    }
    await answers(endpoint, name, () => child)
  }

  async function stop(): Promise<void> {
    stopping = true
    if (!isRunning(child)) return
    const exited = once(child, 'exit')
    killGroup(child)
    await atMost(2000, exited)
  }

  try {
    await answers(endpoint, name, () => child)
  } catch (error) {
    await stop()
    throw error
  }
  return { endpoint, isShared: false, restart, stop }
}

/** Detached: a Ctrl-C in the terminal must reach us, not the engines, which are needed until the end. */
function spawnEngine({ module, port, args }: EngineOptions): ChildProcess {
  return fork(module, [String(port), ...args], {
    detached: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

/** An engine may be two processes: one that watches over the other. Being detached, they are a group of their own. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It ended at the same moment.
  }
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
