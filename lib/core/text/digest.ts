/** Of all that is called crypto the one function without chance: the same text has the same digest, everywhere. */
import { createHash } from 'node:crypto'

/** SHA-256 of the text as UTF-8, in 64 hexadecimal digits. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
