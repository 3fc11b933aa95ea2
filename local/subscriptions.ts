/** Who wants to know what happens in the cloud: invocations that begin, and those that end. */
import type { EventEmitter } from 'node:events'
import type { Invocation, InvocationStart } from './lambda/service.ts'

export interface CloudEvents {
  /** An invocation begins. */
  start: [InvocationStart]
  /** An invocation ended, well or not. */
  invocation: [Invocation]
}

export interface Subscriptions {
  /** Returns a function that unsubscribes. */
  on<Name extends keyof CloudEvents>(name: Name, listener: (...args: CloudEvents[Name]) => void): () => void
  /** Resolves with the next such event that passes the test. */
  next<Name extends keyof CloudEvents>(
    name: Name,
    test?: (...args: CloudEvents[Name]) => boolean,
  ): Promise<CloudEvents[Name][0]>
}

export function subscriptions(emitter: EventEmitter<CloudEvents>): Subscriptions {
  // Node's own types lose the connection between an event's name and its arguments.
  const untyped = emitter as EventEmitter
  const on: Subscriptions['on'] = (name, listener) => {
    untyped.on(name, listener as (...args: unknown[]) => void)
    return () => void untyped.off(name, listener as (...args: unknown[]) => void)
  }
  const next: Subscriptions['next'] = (name, test = () => true) =>
    new Promise((resolve) => {
      const off = on(name, (...args) => {
        if (!test(...args)) return
        off()
        resolve(args[0])
      })
    })
  return { on, next }
}
