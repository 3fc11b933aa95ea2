/** The deploys of the test, in their order. */
export const STAGES = ['first', 'raised', 'lowered', 'failed', 'back'] as const

export type Stage = (typeof STAGES)[number]

export const isStage = (text: string | undefined): text is Stage => STAGES.some((stage) => stage === text)
