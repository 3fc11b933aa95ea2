/**
 * Between two invocations Lambda freezes an environment: not an instruction runs in it, timers and replies wait, and all
 * of it goes on with the next invocation. Here the thread is blocked until one more request has been posted to it than
 * it has answered.
 */

/** Shared by both sides: the number of requests posted so far. */
export function createFreezer(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}

/** Blocks the calling thread. Terminating it works all the same. */
export function freeze(requests: Int32Array<SharedArrayBuffer>, answered: number): void {
  Atomics.wait(requests, 0, answered)
}

/** To be called when a request has been posted. */
export function thaw(requests: Int32Array<SharedArrayBuffer>): void {
  Atomics.add(requests, 0, 1)
  Atomics.notify(requests, 0)
}
