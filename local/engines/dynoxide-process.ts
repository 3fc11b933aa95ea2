/**
 * Runs dynoxide and ends with it, or takes it along: a plain child process would outlive us when we are killed, and
 * keep its port and its file. Arguments: port, binary, database file.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const [port = '', binary = '', file = ''] = process.argv.slice(2)
const engine = spawn(binary, ['--host', '127.0.0.1', '--port', port, '--db-path', file], {
  stdio: ['ignore', 'ignore', 'pipe'],
})
createInterface({ input: engine.stderr }).on('line', (line) => {
  if (!line.startsWith('Dynoxide listening')) console.error(line)
})
engine.on('error', (error) => {
  console.error(`Cannot run ${binary}: ${error.message}`)
  process.exit(1)
})
engine.on('exit', (code) => process.exit(code ?? 1))
process.on('disconnect', () => engine.kill('SIGKILL'))
