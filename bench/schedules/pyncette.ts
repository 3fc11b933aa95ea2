/** What Pyncette consumes on the same engine, where Python is present: beside it, Sluice's own figures say something. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod'
import { installProgram } from '../../test/support/python.ts'
import { type Row, shown } from '../flow/rows.ts'
import type { Bench } from '../harness.ts'
import { startCountingGateway } from './counting-gateway.ts'

const VERSION = '1.1.0'
const PROGRAM = { name: 'pyncette', version: VERSION, besides: [`pyncette[dynamodb]==${VERSION}`] }
/** It polls every partition each second, and has as many as Sluice has by default. */
const POLLS_A_MINUTE = 60 * 32
const LONGEST_MS = 300_000

export type Compared =
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly missing: string }

const reportSchema = z.array(
  z.strictObject({
    mode: z.enum(['AT_LEAST_ONCE', 'AT_MOST_ONCE']),
    writes: z.number(),
    idleReads: z.number(),
  }),
)
const NAME = `Pyncette ${VERSION}`
const WORDS = { AT_LEAST_ONCE: 'at least once', AT_MOST_ONCE: 'at most once' } as const

export async function measurePyncette(bench: Bench): Promise<Compared> {
  const installed = await installProgram(PROGRAM)
  if (!installed.ok) return installed
  await using gateway = await startCountingGateway(bench.endpoint)
  const script = join(import.meta.dirname, 'run_pyncette.py')
  const { stdout } = await promisify(execFile)(installed.python, [script, gateway.endpoint], {
    timeout: LONGEST_MS,
  })
  const modes = reportSchema.parse(JSON.parse(stdout))
  const [first] = modes
  return {
    ok: true,
    rows: [
      ...modes.map(({ mode, writes }) =>
        shown(`${NAME}, one execution, ${WORDS[mode]}: write units`, writes),
      ),
      // Its polls are the same in each.
      ...(first ? [shown(`${NAME}, an idle minute: read units`, first.idleReads * POLLS_A_MINUTE)] : []),
    ],
  }
}
