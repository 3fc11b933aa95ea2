/**
 * The ready-made app: `npx cdk deploy`, with the CRM example or with your own files:
 * `npx cdk deploy -c config=path/to/config.ts -c worker=path/to/worker.ts` (or SLUICE_APP_CONFIG and SLUICE_APP_WORKER).
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import type { Config } from '../lib/index.ts'
import { SluiceStack } from './stack.ts'

const app = new App()
const pathOf = (name: 'config' | 'worker'): string =>
  resolve(
    app.node.tryGetContext(name) ??
      process.env[`SLUICE_APP_${name.toUpperCase()}`] ??
      `examples/crm-sync/${name}.ts`,
  )

const { default: config } = (await import(pathToFileURL(pathOf('config')).href)) as { default: Config }

/** Variables of the shell that the worker gets too: `-c environment=CRM_URL,API_KEY_NAME`. */
const names: string[] = String(app.node.tryGetContext('environment') ?? 'CRM_URL').split(',')
const environment = Object.fromEntries(
  names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
)

new SluiceStack(
  app,
  'Sluice',
  { config, worker: pathOf('worker'), workerOptions: { environment } },
  { description: 'Sluice: a serverless job scheduler' },
)
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
app.synth()
