/** MiniStack from PyPI, 150 MB. */
import { type Installed, installProgram } from '../../support/python.ts'

export const installMinistack = (): Promise<Installed> =>
  installProgram({ name: 'ministack', version: '1.5.33', besides: ['boto3'] })
