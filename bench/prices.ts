/** What AWS charges: on demand, in us-east-1, in dollars a million, so a figure is the price of a million jobs. */
import type { Charge } from './charges.ts'

const DYNAMODB = { writes: 0.625, reads: 0.125 }
const S3 = { puts: 5, gets: 0.4 }
/** In dollars a GB: three months at $0.023. */
const STORAGE = 0.069

export const dynamoDollars = ({ writes, reads }: Charge): number =>
  writes * DYNAMODB.writes + reads * DYNAMODB.reads

/** Of a payload that is put once, read by each attempt, and goes by itself. */
export const bucketDollars = (bytes: number, attempts: number): number =>
  S3.puts + S3.gets * attempts + (bytes / 1000) * STORAGE
