/** The CDK app, synthesised. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import * as z from 'zod'
import { ACCOUNT } from './assembly.ts'
import { removeFolder, temporaryFolder } from './temporary.ts'

export interface SynthOptions {
  /** The command that runs the CDK app. @default "app" of cdk.json */
  app?: string | undefined
  /** @default the working directory */
  cwd?: string | undefined
}

const Settings = z.object({
  app: z.string().optional(),
  context: z.record(z.string(), z.unknown()).default({}),
})

/**
 * Runs the CDK app the way `cdk synth` does (same variables, same context), without the CLI, which takes seconds to
 * do the same. Returns the directory of the cloud assembly, which the caller removes.
 */
export async function synth({ app, cwd = process.cwd() }: SynthOptions = {}): Promise<string> {
  const settings = Settings.parse(readJson(join(cwd, 'cdk.json')))
  const command = app ?? settings.app
  if (command === undefined)
    throw new Error(`There is no "app" in ${join(cwd, 'cdk.json')}, and no --app was given.`)
  const dir = await temporaryFolder('synth')
  const context = { ...settings.context, ...(readJson(join(cwd, 'cdk.context.json')) as object) }
  const { code, output } = await run(command, cwd, variables(dir, context, cwd))
  if (code === 0 && existsSync(join(dir, 'manifest.json'))) return dir
  await removeFolder(dir)
  throw new Error(
    `The CDK app failed: ${command}\n${output.trim() || `It exited with ${code} and wrote no stack.`}`,
  )
}

function variables(dir: string, context: object, cwd: string): NodeJS.ProcessEnv {
  // This Node, then the project's own tools, whatever the shell would find first.
  const path = [dirname(process.execPath), resolve(cwd, 'node_modules/.bin'), process.env['PATH']]
  return {
    ...process.env,
    PATH: path.join(delimiter),
    CDK_OUTDIR: dir,
    CDK_CONTEXT_JSON: JSON.stringify(context),
    CDK_DEFAULT_ACCOUNT: ACCOUNT,
    CDK_DEFAULT_REGION: process.env['AWS_REGION'] ?? 'us-east-1',
  }
}

async function run(
  command: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; output: string }> {
  const child = spawn(command, { cwd, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const [code] = await once(child, 'close')
  return { code, output }
}

function readJson(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}
