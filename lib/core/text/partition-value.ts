/** How a partition is written in a key. Its values may hold anything; the separator and the escape itself are percent-encoded. */

export const encodePartition = (value: string): string => value.replaceAll('%', '%25').replaceAll('|', '%7C')

/** Undoes `encodePartition`. What a rule with several keys adds stays: `,` between its values, `%2C` for one inside a value. */
export const decodePartition = (partition: string): string =>
  partition.replaceAll('%7C', '|').replaceAll('%25', '%')
