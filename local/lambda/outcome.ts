/** How an invocation ended. */
export type Outcome =
  | { kind: 'success'; payload: string | undefined }
  | { kind: 'failure'; reason: FailureReason; error: LambdaError }

/** `error`: the handler threw. `throttled`: it was not invoked. Everything else costs the environment its life. */
export type FailureReason = 'error' | 'throttled' | 'timeout' | 'crash' | 'killed' | 'init'

export interface LambdaError {
  errorType: string
  errorMessage: string
  trace?: string
}

/** Between us and the thread. Payloads travel as JSON text, as they do to a real function. */
export interface Request {
  requestId: string
  payload: string
  /** What the SDK finds in `_X_AMZN_TRACE_ID`. */
  trace: string
  deadline_ms: number
}
export type Reply =
  | { type: 'ready' }
  | { type: 'init-error'; error: LambdaError }
  | { type: 'done'; outcome: Outcome }

export interface Boot {
  dir: string
  /** How many requests have been posted: see `freezer.ts`. */
  requests: Int32Array<SharedArrayBuffer>
  handler: string
  functionName: string
  functionArn: string
  memory_mb: number
}
