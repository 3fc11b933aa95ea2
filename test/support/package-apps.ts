/** The package as npm packs it, and apps that install it. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { readmeCommands, readmeFile, readmeFiles } from './readme.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** The CDK's command line neither looks for news nor counts its users. */
export const QUIET_CDK = { CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_DISABLE_VERSION_CHECK: 'true' }

/** npm takes what the machine has already. */
const ENVIRONMENT = {
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  ...QUIET_CDK,
}

interface Failure {
  readonly stdout: string
  readonly stderr: string
}
/** Runs commands in a shell and returns what they print. */
export async function run(
  directory: string,
  commands: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = { cwd: directory, env: { ...ENVIRONMENT, ...variables }, maxBuffer: 2 ** 26 }
  const { stdout } = await promisify(execFile)('bash', ['-euc', commands], options).catch(
    (error: Failure) => {
      throw new Error(`${commands} failed:\n${error.stdout}\n${error.stderr}`, { cause: error })
    },
  )
  return stdout
}

export const temporaryDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'sluice-package-'))
export const remove = (directory: string): Promise<void> => rm(directory, { recursive: true, force: true })

/** Builds and packs the repository. Returns the path of the `.tgz`. */
async function pack(destination: string): Promise<string> {
  await run(ROOT, `npm pack --pack-destination '${destination}'`)
  const [packed = ''] = (await readdir(destination)).filter((name) => name.endsWith('.tgz'))
  return join(destination, packed)
}

interface Manifest {
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
}
/**
 * Commands that install the packed `sluice`, and of the other packages the versions that the repository has itself, so
 * that npm finds them on the machine.
 */
async function withPacked(commands: string, packed: string): Promise<string> {
  const { dependencies, devDependencies } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  ) as Manifest
  const versions: Record<string, string> = { ...devDependencies, ...dependencies, sluice: packed }
  const pinned = (name: string) =>
    name === 'sluice' ? packed : versions[name] ? `${name}@${versions[name]}` : name
  return commands.replace(/(?<=^npm install ).*$/gm, (names) => names.split(' ').map(pinned).join(' '))
}

const EXAMPLE = 'The smallest complete example'

/** An empty folder in which README's commands have been run, and the packages are there. */
export async function makeReadmeApp(directory: string, app: string): Promise<void> {
  await mkdir(app)
  await run(app, await withPacked(readmeCommands(EXAMPLE), await pack(directory)))
}

/** README's files, word for word. */
export const writeReadmeFiles = (app: string): Promise<void> => {
  const names = [...readmeFiles.keys()].filter((name) => !name.startsWith('lib/'))
  return writeFiles(app, Object.fromEntries(names.map((name) => [name, readmeFile(name)])))
}

/** The app that `cdk init` makes, with README's files as README says that they belong there. */
export async function makeInitApp(app: string, readmeApp: string): Promise<void> {
  await cdkInit(app)
  // It says that its tests are jest's.
  await run(readmeApp, 'npm install --no-save @types/jest@30')
  await shareModules(readmeApp, app)
  const inLib = (name: string) => readmeFile(name).replaceAll(/(?<= from '\.\/\w+)\.ts'/g, "'")
  await writeFiles(app, {
    ...Object.fromEntries(['tasks.ts', 'config.ts', 'worker.ts'].map((name) => [`lib/${name}`, inLib(name)])),
    'lib/my-app-stack.ts': readmeFile('lib/my-app-stack.ts'),
  })
}

/** The app that `cdk init` makes of an empty folder; it is named after the folder. */
async function cdkInit(directory: string): Promise<void> {
  await mkdir(directory)
  const cdk = join(ROOT, 'node_modules', '.bin', 'cdk')
  await run(directory, `'${cdk}' init app --language typescript --generate-only`)
}

/** Gives an app the packages that another has installed. */
export const shareModules = (from: string, to: string): Promise<void> =>
  symlink(join(from, 'node_modules'), join(to, 'node_modules'))

export async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), content)
  }
}

interface Template {
  readonly Resources: Record<string, { readonly Type: string }>
  readonly Outputs?: Record<string, unknown>
}
export const readTemplate = async (app: string, stack: string): Promise<Template> =>
  JSON.parse(await readFile(join(app, 'cdk.out', `${stack}.template.json`), 'utf8'))

/** What the functions of a synthesised app consist of. */
export const readBundles = async (app: string): Promise<string[]> =>
  Promise.all((await bundlesOf(app)).map((file) => readFile(file, 'utf8')))

/** The one that has such a text in it. */
export async function findBundle(app: string, text: string): Promise<string> {
  for (const file of await bundlesOf(app)) if ((await readFile(file, 'utf8')).includes(text)) return file
  throw new Error(`no function of ${app} contains "${text}"`)
}

async function bundlesOf(app: string): Promise<string[]> {
  const assets = (await readdir(join(app, 'cdk.out'))).filter((name) => name.startsWith('asset.'))
  return assets.map((name) => join(app, 'cdk.out', name, 'index.mjs'))
}
