export type { BundlingOptions } from './bundle.ts'
export type { SluiceProps, WorkerOptions } from './props.ts'
export { Sluice } from './sluice.ts'
export type { TriggerProps } from './triggers.ts'
