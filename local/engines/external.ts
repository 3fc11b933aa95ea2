/** Engines that were there before. */
import type { Engine } from './process.ts'

/** An endpoint from the environment: we use it, but it is not ours to stop. */
export function external(name: string, endpoint: string): Engine {
  return {
    endpoint: endpoint.replace(/\/$/, ''),
    isShared: true,
    restart: () =>
      Promise.reject(new Error(`${name} at ${endpoint} was not started here, so it is not restarted.`)),
    stop: () => Promise.resolve(),
  }
}
