/** `npm run dev`: synthesises the CDK app, runs its stack here, and tells how to talk to it. */
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import pc from 'picocolors'
import { type Cloud, type Invocation, startCloud } from './cloud.ts'
import { describeCloud, describeFailure } from './describe.ts'
import { synth } from './synth.ts'

const PARENT_CHECK_MS = 500

interface Options {
  app?: string
  stack?: string
  json?: boolean
  verbose?: boolean
}

const command = new Command('dev')
  .description('Runs the stack of a CDK app on this machine.')
  .option('--app <command>', 'command that runs the CDK app (default: "app" in cdk.json)')
  .option('--stack <id>', 'which stack, if the app has several')
  .option('--json', 'print one line of JSON: endpoints, region, credentials, outputs, resources')
  .option('--verbose', 'print what the functions log')
  .parse()

try {
  await main(command.opts<Options>())
} catch (error) {
  console.error(pc.red(error instanceof Error ? error.message : String(error)))
  process.exitCode = 1
}

async function main({ app, stack, json = false, verbose = false }: Options): Promise<void> {
  // Nothing but the JSON may reach standard output when a machine reads it.
  const say = json ? console.error : console.log
  const stopping = stopRequested()
  const assembly = await synth({ app })
  const logFile = join(tmpdir(), `local-cloud-${process.pid}.log`)
  try {
    await using cloud = await startCloud({ assembly, stack, log: logger(logFile, verbose, say), notice: say })
    cloud.on('invocation', (invocation) => report(invocation, say))
    if (json) console.log(JSON.stringify(machineReadable(cloud)))
    else say(describeCloud(cloud, logFile))
    await stopping
    say(pc.dim('Stopping… (once more to force)'))
  } finally {
    await rm(assembly, { recursive: true, force: true })
  }
}

function machineReadable({ endpoints, region, credentials, outputs, resources }: Cloud) {
  const { accessKeyId, secretAccessKey } = credentials
  return { endpoints, region, credentials: { accessKeyId, secretAccessKey }, outputs, resources }
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

function logger(file: string, verbose: boolean, say: (text: string) => void) {
  const stream = createWriteStream(file, { flags: 'a' })
  return (functionId: string, text: string): void => {
    stream.write(text)
    if (verbose) for (const line of text.trimEnd().split('\n')) say(`${pc.cyan(functionId)} ${line}`)
  }
}

function report(invocation: Invocation, say: (text: string) => void): void {
  if (invocation.outcome.kind === 'failure') say(pc.red(describeFailure(invocation)))
}
