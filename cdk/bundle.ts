/**
 * One entry file → an ES module for Lambda, and one for each part that is loaded only when it is needed, by the esbuild
 * that Sluice itself depends on. Unlike `NodejsFunction` it needs no lock file, no project root, no Docker and no esbuild
 * in the user's project, and works under node_modules.
 */
import { dirname, resolve } from 'node:path'
import { AssetHashType, DockerImage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { type BuildOptions, buildSync } from 'esbuild'
import type { Config } from '../lib/core/queue/config.ts'
import { hashOf, textOf } from './configuration.ts'

/** What a user may change about the bundle of their worker. */
export type BundlingOptions = Omit<
  BuildOptions,
  | 'entryPoints'
  | 'stdin'
  | 'outfile'
  | 'splitting'
  | 'entryNames'
  | 'outExtension'
  | 'outdir'
  | 'outbase'
  | 'write'
  | 'format'
  | 'platform'
  | 'bundle'
  | 'plugins'
  | 'metafile'
>

/** Packages written in CommonJS call `require`, which an ES module does not have. */
const REQUIRE = `import { createRequire as sluiceCreateRequire } from 'node:module'; globalThis.require ??= sluiceCreateRequire(import.meta.url);`

export function bundle(entry: string, config: Config, options: BundlingOptions = {}): Code {
  const build: BuildOptions = {
    target: 'node24',
    keepNames: true,
    mainFields: ['module', 'main'],
    logLevel: 'warning',
    ...options,
    entryPoints: [resolve(entry)],
    bundle: true,
    format: 'esm',
    // S3's client, the ways to sign in that Lambda does not use: what nobody asks for is not even read at the start.
    splitting: true,
    entryNames: 'index',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    // The environment of a function holds 4 KB: too little for a configuration with many queues.
    define: {
      ...options.define,
      'process.env.SLUICE_CONFIG': JSON.stringify(textOf(config)),
      'process.env.SLUICE_CONFIG_HASH': JSON.stringify(hashOf(config)),
    },
    banner: { ...options.banner, js: `${REQUIRE}${options.banner?.['js'] ?? ''}` },
  }
  return Code.fromAsset(dirname(resolve(entry)), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      local: { tryBundle: (directory) => esbuild({ ...build, outdir: directory }) },
      image: DockerImage.fromRegistry('sluice-needs-no-docker'),
      command: [JSON.stringify(build)], // Never run: the CDK bundles once for each set of these options.
    },
  })
}

function esbuild(build: BuildOptions): true {
  buildSync(build)
  return true
}
