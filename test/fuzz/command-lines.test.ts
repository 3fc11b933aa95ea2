/** Wrong arguments of our commands: one line says what is wrong, the exit code is 1, nothing is started, no stack trace. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { HOSTILE_TEXTS } from './attributes.ts'
import { reportInputs, tried } from './count.ts'

reportInputs('command lines')

const hostile = HOSTILE_TEXTS.filter(
  (text) => !text.includes('\u0000') && !text.startsWith('-') && text.length < 50,
)
const COMMANDS = ['local/dev.ts', 'bench/cost.ts', 'demo/main.ts'] as const
const WRONG: readonly (readonly [(typeof COMMANDS)[number], readonly string[]])[] = [
  ...COMMANDS.flatMap((command) => [
    [command, ['--nonsense']] as const,
    [command, ['--json=']] as const,
    [command, ['surplus\n"argument"']] as const,
    [command, ['--__proto__=1']] as const,
    [command, [`--${'x'.repeat(5000)}`]] as const,
  ]),
  ['local/dev.ts', ['--app']],
  ['local/dev.ts', ['--stack']],
  ...['0', '-1', '1.5', 'many', '', 'NaN', '1e999', '__proto__'].map(
    (count) => ['demo/main.ts', [`--jobs=${count}`]] as const,
  ),
  ...hostile.slice(0, 4).map((text) => ['demo/main.ts', ['--seed', text]] as const),
]

describe('command lines', () => {
  test.each(WRONG)('%s %j', async (command, args) => {
    tried(1)
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const output: string[] = []
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => output.push(String(chunk)))
    const [code] = await once(child, 'close')
    const said = output.join('')
    expect({ code, said }).toEqual({ code: 1, said: expect.stringMatching(/^error: /m) })
    expect(said).not.toMatch(/^ {4}at /m)
  })
})
