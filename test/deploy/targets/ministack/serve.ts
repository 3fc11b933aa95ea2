/** Starts MiniStack as the tests do, but as if it were an account: prints the variables by which it is reached, and stays. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findMinistack } from './find.ts'

const found = await findMinistack()
if (!found.ok) throw new Error(found.missing)
const directory = await mkdtemp(join(tmpdir(), 'sluice-ministack-'))
const { environment, stop } = await found.start(directory)
for (const [name, value] of Object.entries(environment))
  if (!name.startsWith('CDK_')) console.log(`export ${name}='${value}'`)
console.error(`Ctrl-C ends it. Its log is in ${directory}.`)
process.once('SIGINT', async () => {
  await stop()
  await rm(directory, { recursive: true })
})
