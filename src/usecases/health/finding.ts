/**
 * `failing`: an operator has to act, or money stands still. `degraded`: we cope, but somebody should look.
 */
export type HealthStatus = 'ok' | 'degraded' | 'failing'

/** What was found of one part, and what to do about it. No secret and nothing of a customer is in it. */
export interface Finding {
  readonly name: string
  readonly status: HealthStatus
  readonly says: string
  /** There for all but what is ok. */
  readonly doNext?: string
}

export interface HealthReport {
  readonly status: HealthStatus
  readonly checks: readonly Finding[]
}

export const fine = (name: string, says: string): Finding => ({ name, status: 'ok', says })

export const degraded = (name: string, says: string, doNext: string): Finding => ({
  name,
  status: 'degraded',
  says,
  doNext,
})

export const failing = (name: string, says: string, doNext: string): Finding => ({
  name,
  status: 'failing',
  says,
  doNext,
})

/** As bad as the worst. */
export function reportOf(checks: readonly Finding[]): HealthReport {
  const has = (status: HealthStatus) => checks.some((check) => check.status === status)
  return { status: has('failing') ? 'failing' : has('degraded') ? 'degraded' : 'ok', checks }
}

/** Whole seconds for people. */
export const secondsSince = (since: Date, now: Date): number =>
  Math.floor((now.getTime() - since.getTime()) / 1000)
