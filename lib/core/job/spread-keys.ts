/**
 * What stands under one name in the History table is spread over several keys. DynamoDB takes 1,000 write units a second for one, and
 * when the service that a queue calls is down, the jobs of all partitions die in the same minutes.
 */
const KEYS = 16

/** The key of what has this hash. */
export const spreadKey = (prefix: string, hash: number): string => `${prefix}|${hash % KEYS}`

/** All of them. */
export const spreadKeys = (prefix: string): readonly string[] =>
  Array.from({ length: KEYS }, (_, n) => `${prefix}|${n}`)
