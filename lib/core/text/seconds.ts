/** A length of time for people. */

/** In seconds, to a tenth. */
export const secondsText = (time_ms: number): string => `${Math.round(time_ms / 100) / 10} s`
