/** How modules load in a function. */
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Makes modules load as they do in Lambda, where code lies alone in its directory:
 * - the runtime brings the AWS SDK, so a bundle may leave it out: then ours is taken;
 * - `.js` without a package.json is CommonJS, whatever the package.json of a directory further up says.
 */
export function loadLikeLambda(dir: string): void {
  const home = pathToFileURL(`${dir}/`).href
  const isAlone = !existsSync(join(dir, 'package.json'))
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = isSdk(specifier) ? orFromHere(specifier, context, next) : next(specifier, context)
      const isPlainScript = isAlone && resolved.url.startsWith(home) && resolved.url.endsWith('.js')
      return isPlainScript ? { ...resolved, format: 'commonjs' } : resolved
    },
  })
}

function isSdk(specifier: string): boolean {
  return specifier.startsWith('@aws-sdk/') || specifier.startsWith('@smithy/')
}

function orFromHere<Context extends { parentURL?: string | undefined }, Result>(
  specifier: string,
  context: Context,
  next: (specifier: string, context?: Context) => Result,
): Result {
  try {
    return next(specifier, context)
  } catch {
    return next(specifier, { ...context, parentURL: import.meta.url })
  }
}
