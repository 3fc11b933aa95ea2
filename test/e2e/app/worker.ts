import { createWorker } from '../../../lib/worker.ts'
import {
  batched,
  heavy,
  letter,
  light,
  limited,
  mail,
  patient,
  serial,
  shared,
  sized,
  wide,
} from './tasks.ts'

export const handler = createWorker([
  serial,
  limited,
  patient,
  wide,
  heavy,
  light,
  shared,
  sized,
  mail,
  letter,
  batched,
])
