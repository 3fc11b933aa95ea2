/**
 * npm run test:deploy -- [files…] [--endpoint url [--ca file]] [--account number --service-url url]: deploys, upgrades and
 * destroys Sluice: on an emulator that the tests start, on one that runs already, or in an account.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import pc from 'picocolors'
import { type Choice, parseChoice, variablesOf } from './targets/choice.ts'
import { removeKept, removeStacks } from './targets/clean-up.ts'
import { confirm } from './targets/confirm.ts'
import { expectAccount, preflight } from './targets/preflight.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const DEFAULT_PORT = 8765
const { AWS_REGION, AWS_DEFAULT_REGION } = process.env

interface Options {
  readonly endpoint?: string
  readonly ca?: string
  readonly account?: string
  readonly region: string
  readonly serviceUrl?: string
  readonly servicePort: number
  readonly keep?: true
  readonly cleanUp?: true
  readonly yes?: true
}

const command = new Command('test:deploy')
  .description(
    'Deploys, upgrades, rolls back and destroys Sluice with the real cdk. See test/deploy/README.md.',
  )
  .argument('[files...]', 'the tests to run, e.g. test/deploy/package.test.ts (default: all)')
  .addOption(new Option('--endpoint <url>', 'an emulator that runs already').conflicts('account'))
  .option('--ca <file>', 'the certificate of whoever has signed that of the endpoint')
  .option('--account <number>', 'a real account, by the usual credentials')
  .option('--region <name>', 'where', AWS_REGION ?? AWS_DEFAULT_REGION ?? 'us-east-1')
  .option('--service-url <url>', 'by which functions in that account reach the port (a tunnel, say)')
  .option('--service-port <n>', 'on which the tests listen for them', Number, DEFAULT_PORT)
  .option('--keep', 'leave the stacks of a test that has failed in the account')
  .option('--clean-up', 'only delete what an earlier run has left in the account')
  .option('--yes', 'do not ask')
  .parse()

try {
  process.exitCode = await main(command.opts<Options>(), command.args)
} catch (error) {
  console.error(pc.red(error instanceof Error ? error.message : String(error)))
  process.exitCode = 1
}

async function main(options: Options, files: readonly string[]): Promise<number> {
  if (options.cleanUp) return cleanUp(options)
  const choice = choose(options)
  if (choice.kind === 'account') {
    await preflight(choice)
    if (!options.yes) await confirm(choice)
  }
  const code = await runTests(choice, files)
  if (code !== 0 && choice.kind === 'account')
    console.error(pc.yellow(`What may be left there: --account ${choice.account} --clean-up deletes it.`))
  return code
}

async function cleanUp({ account, region }: Options): Promise<number> {
  if (account === undefined) throw new Error('Say whose stacks are to be deleted: --account <number>')
  await expectAccount({ region }, account)
  const removed = await removeStacks({ region })
  await removeKept({ region })
  console.log(removed.length > 0 ? `Deleted: ${removed.join(', ')}` : `No stack was left in ${region}.`)
  return 0
}

/** Of Ctrl-C vitest hears, too, and ends. */
async function runTests(choice: Choice, files: readonly string[]): Promise<number> {
  const ca = choice.kind === 'endpoint' ? choice.ca : undefined
  const args = [VITEST, 'run', '--project', 'deploy', '--no-file-parallelism', ...files]
  const env = { ...process.env, ...variablesOf(choice), ...(ca ? { NODE_EXTRA_CA_CERTS: ca } : {}) }
  process.on('SIGINT', () => undefined)
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

function choose(options: Options): Choice {
  const { endpoint, ca, account, region, serviceUrl, servicePort, keep = false } = options
  if (endpoint !== undefined)
    return parseChoice({ kind: 'endpoint', url: endpoint, region, ...(ca ? { ca: resolve(ca) } : {}) })
  if (account === undefined) return parseChoice({ kind: 'ministack' })
  if (serviceUrl === undefined)
    throw new Error(
      `Functions in an account call a service on this machine: open a tunnel to port ${servicePort}, and say --service-url https://…`,
    )
  return parseChoice({ kind: 'account', account, region, serviceUrl, servicePort, keep })
}
