/**
 * npm run test:deploy -- [files…] [--endpoint url [--ca file]] [--account number --service-url url]: deploys, upgrades and
 * destroys Sluice: on an emulator that the tests start, on one that runs already, or in an account.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import pc from 'picocolors'
import { type AccountChoice, type Choice, parseChoice, variablesOf } from './targets/choice.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const DEFAULT_PORT = 8765

interface Options {
  readonly endpoint?: string
  readonly ca?: string
  readonly account?: string
  readonly region: string
  readonly serviceUrl?: string
  readonly servicePort: number
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
  .option('--region <name>', 'where', process.env['AWS_REGION'] ?? 'us-east-1')
  .option('--service-url <url>', 'by which functions in that account reach the port (a tunnel, say)')
  .option('--service-port <n>', 'on which the tests listen for them', Number, DEFAULT_PORT)
  .option('--yes', 'do not ask')
  .parse()

try {
  process.exitCode = await main(command.opts<Options>(), command.args)
} catch (error) {
  console.error(pc.red(error instanceof Error ? error.message : String(error)))
  process.exitCode = 1
}

async function main(options: Options, files: readonly string[]): Promise<number> {
  const choice = choose(options)
  if (choice.kind === 'account' && !options.yes) await confirm(choice)
  const ca = choice.kind === 'endpoint' ? choice.ca : undefined
  const child = spawn(
    process.execPath,
    [VITEST, 'run', '--project', 'deploy', '--no-file-parallelism', ...files],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...variablesOf(choice), ...(ca ? { NODE_EXTRA_CA_CERTS: ca } : {}) },
    },
  )
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

function choose({ endpoint, ca, account, region, serviceUrl, servicePort }: Options): Choice {
  if (endpoint !== undefined)
    return parseChoice({ kind: 'endpoint', url: endpoint, region, ...(ca ? { ca: resolve(ca) } : {}) })
  if (account === undefined) return parseChoice({ kind: 'ministack' })
  if (serviceUrl === undefined)
    throw new Error(
      `Functions in an account call a service on this machine: open a tunnel to port ${servicePort}, and say --service-url https://…`,
    )
  return parseChoice({ kind: 'account', account, region, serviceUrl, servicePort })
}

/** What it does to the account, before it does it. */
async function confirm({ account, region, serviceUrl }: AccountChoice): Promise<void> {
  console.log(`In account ${pc.bold(account)}, ${region}, the tests will
  - bootstrap the CDK, if that was not done before (the stack CDKToolkit stays),
  - deploy, upgrade, roll back and destroy the stacks Deployed, MyJobs and MyAppStack,
  - run some 5,000 jobs that call ${serviceUrl},
  - delete the tables and buckets that these stacks keep.
It takes about fifteen minutes, and costs less than a dollar: requests of DynamoDB, SQS, Lambda and S3, an hour of 22 alarms.`)
  if (!process.stdin.isTTY) throw new Error('Nobody can be asked here: say --yes.')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question('Type the number of the account to go on: ')
  terminal.close()
  if (answer.trim() !== account) throw new Error('Nothing was done.')
}
