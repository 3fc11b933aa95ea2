/** `npm run dev`: synthesises the CDK app, runs its stack here, and tells how to talk to it. */
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import pc from 'picocolors'
import { locateApp } from './app-folder.ts'
import { type Cloud, type Invocation, startCloud } from './cloud.ts'
import { describeCloud, describeFailure } from './describe.ts'
import { namesOf } from './names.ts'
import { synth } from './synth.ts'
import { removeFolder, temporaryFolder } from './temporary.ts'
import { updatesOnInput } from './updates.ts'

const PARENT_CHECK_MS = 500

interface Options {
  app?: string
  folder?: string
  stack?: string
  concurrency?: number
  json?: boolean
  verbose?: boolean
}

const command = new Command('dev')
  .description('Runs the stack of a CDK app on this machine.')
  .option('--app <command>', 'command that runs the CDK app (default: "app" in cdk.json)')
  .option(
    '--folder <path>',
    'where that command runs, and where the paths in the app start (default: the folder of the cdk.json next to or ' +
      'above the file that the command names, else the folder of that file)',
  )
  .option('--stack <id>', 'which stack, if the app has several')
  .option('--concurrency <n>', 'how many functions may run simultaneously (a new account has 10)', count)
  .option('--json', 'print one line of JSON: endpoints, region, credentials, outputs, names, resources, log')
  .option('--verbose', 'print what the functions log')
  .parse()

try {
  await main(command.opts<Options>())
} catch (error) {
  console.error(pc.red(error instanceof Error ? error.message : String(error)))
  process.exitCode = 1
}

async function main({
  app,
  folder,
  stack,
  concurrency,
  json = false,
  verbose = false,
}: Options): Promise<void> {
  // Nothing but the JSON may reach standard output when a machine reads it.
  const say = json ? console.error : console.log
  const stopping = stopRequested()
  await using started = new AsyncDisposableStack()
  const assemblies: string[] = []
  // Functions run from them, so they go last.
  started.defer(() => Promise.all(assemblies.map(removeFolder)).then(() => undefined))
  const synthesise = async () => {
    const made = await synth(appToRun(app, folder))
    assemblies.push(made)
    return made
  }
  const assembly = await synthesise()
  const logs = await temporaryFolder('log')
  started.defer(() => removeFolder(logs))
  const logFile = join(logs, 'functions.log')
  const file = createWriteStream(logFile, { flags: 'a' })
  started.defer(() => closed(file))
  const log = logger(file, verbose, say)
  const cloud = await startCloud({ assembly, stack, concurrency, log, notice: say })
  started.use(cloud)
  started.use(updatesOnInput(cloud, synthesise, say))
  cloud.on('invocation', (invocation) => report(invocation, say))
  if (json) console.log(JSON.stringify(machineReadable(cloud, logFile)))
  else say(describeCloud(cloud, logFile))
  await stopping
  say(pc.dim('Stopping… (once more to force)'))
}

function count(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError('It is not a whole number above 0.')
}

function appToRun(app: string | undefined, folder: string | undefined) {
  if (app !== undefined) return locateApp(app, process.cwd(), folder)
  return folder === undefined ? {} : { cwd: resolve(folder) }
}

function machineReadable(cloud: Cloud, log: string) {
  const { endpoints, region, credentials, outputs, resources } = cloud
  const { accessKeyId, secretAccessKey } = credentials
  const names = namesOf(cloud)
  return { endpoints, region, credentials: { accessKeyId, secretAccessKey }, outputs, names, resources, log }
}

async function closed(file: WriteStream): Promise<void> {
  file.end()
  await once(file, 'close')
}

/** Resolves with the first Ctrl-C; the second does not wait. */
function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    const ask = () => {
      if (asked) process.exit(130)
      asked = true
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask)
    whenOrphaned(ask)
  })
}

/** npm and the shell that it starts do not hand a signal on to us; but they end, and then we have another parent. */
function whenOrphaned(ask: () => void): void {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    ask()
  }, PARENT_CHECK_MS)
  watch.unref()
}

function logger(file: WriteStream, verbose: boolean, say: (text: string) => void) {
  return (functionId: string, text: string): void => {
    if (!file.writableEnded) file.write(text)
    if (verbose) for (const line of text.trimEnd().split('\n')) say(`${pc.cyan(functionId)} ${line}`)
  }
}

function report(invocation: Invocation, say: (text: string) => void): void {
  if (invocation.outcome.kind === 'failure') say(pc.red(describeFailure(invocation)))
}
