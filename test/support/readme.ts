/** README's own files and commands, so that what it says is what is tested. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')

/** A paragraph that begins with a file's name in bold, and the code that follows it. */
const FILE = /^\*\*([\w./-]+\.\w+)\*\*(?:(?!^```).)*?^```\w+\n(.*?)^```$/gms
const COMMANDS = /^```sh\n(.*?)^```$/gms

export const readmeFiles: ReadonlyMap<string, string> = new Map(
  [...README.matchAll(FILE)].map(([, name = '', code = '']) => [name, code]),
)

export function readmeFile(name: string): string {
  const code = readmeFiles.get(name)
  if (code === undefined) throw new Error(`README has no code under **${name}**`)
  return code
}

/** All blocks of shell commands. */
export const readmeShell = (): string[] => [...README.matchAll(COMMANDS)].map(([, text = '']) => text)

/** The first block of shell commands under a heading. */
export function readmeCommands(heading: string): string {
  const [, section] = README.split(`\n## ${heading}\n`)
  const [, commands] = [...(section ?? '').matchAll(COMMANDS)][0] ?? []
  if (commands === undefined) throw new Error(`README has no shell commands under "${heading}"`)
  return commands
}

/** The variables of the shell that README's commands take from the stack's outputs: `$JOBS_TABLE_NAME` and the like. */
export const readmeVariables = (): string[] => {
  const commands = readmeShell().join('\n')
  return [...new Set([...commands.matchAll(/\$([A-Z][A-Z_]+)/g)].map(([, name]) => name ?? ''))].sort()
}
