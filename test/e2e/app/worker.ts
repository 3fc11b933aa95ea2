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
  tokens,
  vast,
  wide,
  zoned,
} from './tasks.ts'

export const handler = createWorker([
  serial,
  limited,
  patient,
  tokens,
  vast,
  wide,
  heavy,
  light,
  shared,
  sized,
  mail,
  letter,
  zoned,
  batched,
])
