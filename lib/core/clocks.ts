/** Clocks of two machines differ by less than this. Amazon Time Sync keeps Lambda's within milliseconds. */
export const CLOCK_SKEW_MS = 5000
