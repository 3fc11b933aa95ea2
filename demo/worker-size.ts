/** How many jobs the worker runs simultaneously; the plain consumer of the second run gets the same. */
export const WORKER = {
  /** Environments are threads here, and two cores do not become faster by more of them. */
  invocations: 8,
  /** Jobs of one invocation run side by side. */
  batchSize: 10,
}
