/** The deploys of the test, in their order. */
export const STAGES = ['first', 'raised', 'lowered', 'early', 'failed', 'back'] as const

export type Stage = (typeof STAGES)[number]

export const isStage = (text: string | undefined): text is Stage => STAGES.some((stage) => stage === text)

/** A resource beside the construct cannot be made: CloudFormation rolls back. */
export const isFailing = (stage: Stage): boolean => stage === 'early' || stage === 'failed'

/** What is in force when the deploy is through, or rolled back. */
export const inForce = (stage: Stage): Stage => (isFailing(stage) ? 'lowered' : stage)
