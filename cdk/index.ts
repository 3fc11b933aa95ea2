/** The construct, `sluice/cdk`. */
export type { BundlingOptions } from './bundle.ts'
export type { SluiceProps, WorkerOptions } from './props.ts'
export { Sluice } from './sluice.ts'
export { SluiceStack } from './stack.ts'
export type { TriggerProps } from './trigger-props.ts'
export { SluicePropsError } from './validate.ts'
