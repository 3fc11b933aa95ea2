/** MiniStack from PyPI, 150 MB. */
import { installProgram } from '../../../support/python.ts'
import type { Found } from '../target.ts'
import { Ministack } from './ministack.ts'

export async function findMinistack(): Promise<Found> {
  const installed = await installProgram({ name: 'ministack', version: '1.5.33', besides: ['boto3'] })
  if (!installed.ok) return installed
  return { ok: true, start: (directory) => Ministack.start(installed.python, directory) }
}
