/** A template's buckets. */
import type { Identity } from './identity.ts'

export interface Bucket {
  name: string
  arn: string
}

/** Encryption, lifecycle and who may do what do not exist locally: it is a place for objects. */
export const parseBucket = ({ name, arn }: Identity): Bucket => ({ name, arn })
