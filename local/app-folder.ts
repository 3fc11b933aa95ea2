/** In which folder an app runs that was named on the command line: its own paths start there. */
import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export interface AppCommand {
  readonly app: string
  readonly cwd: string
}

/**
 * The folder of the cdk.json that belongs to the app's file, in its folder or above, but not the one that is used
 * without `--app`; else the file's own folder. A command without a file runs where we are.
 */
export function locateApp(app: string, here: string, folder?: string): AppCommand {
  const files = words(app).filter((word) => isFile(resolve(here, word)))
  const file = files.at(-1)
  const cwd = folder === undefined ? homeOf(file, here) : resolve(here, folder)
  return { app: cwd === here ? app : withAbsolute(app, files, here), cwd }
}

function homeOf(file: string | undefined, here: string): string {
  if (file === undefined) return here
  const own = dirname(resolve(here, file))
  for (let at = own; at !== here && at !== dirname(at); at = dirname(at))
    if (existsSync(join(at, 'cdk.json'))) return at
  return own
}

/** What a shell would take for words, as far as file names without spaces are concerned. */
function words(command: string): string[] {
  return command.split(/[\s;&|()<>'"]+/).filter((word) => word !== '' && !word.includes('$'))
}

/** The command was written for where we are. */
function withAbsolute(app: string, files: readonly string[], here: string): string {
  return app.replace(/[^\s;&|()<>'"]+/g, (word) => (files.includes(word) ? resolve(here, word) : word))
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
