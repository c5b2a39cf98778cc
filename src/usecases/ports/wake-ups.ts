/**
 * Says that some process committed an event or a job for the relay. May be lost or doubled, so the
 * relay also looks by itself now and then.
 */
export interface WakeUps {
  /** Calls back on each wake-up, from this process and others; returns the way to stop. */
  onWakeUp(listener: () => void): () => void
}
