/** What callers without TypeScript hand over, and what the compiler cannot know to fit. The only cast of this kind. */
export const untyped = (value: unknown): never => value as never
