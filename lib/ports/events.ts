/** Who listens to what happens. */
import type { SluiceEvent } from '../core/event.ts'

export interface Events {
  /** Says what has happened. Nobody waits for a listener, and none may throw. */
  emit(event: SluiceEvent): void
}
