import type { CheckHealth, CheckReadiness } from '../../usecases/health/check-health.ts'
import type { RouteTable } from '../server/route.ts'

export interface HealthParts {
  readonly checkHealth: CheckHealth
  readonly checkReadiness: CheckReadiness
  /** Figures for Prometheus, in the text form that `type` names. */
  readonly writeMetrics: () => Promise<{ readonly type: string; readonly text: string }>
}

/**
 * For operators and their machines, on the internal listener. `/health` tells all that somebody has to act
 * on, and is 503 then; whoever sends requests here or starts us anew asks `/health/ready` and
 * `/health/live`, as neither helps against a dead payout.
 */
export const healthRoutes = (parts: HealthParts): RouteTable => ({
  cors: false,
  routes: [
    {
      method: 'GET',
      path: '/health',
      auth: 'none',
      route: async () => {
        const { status, checks } = await parts.checkHealth()
        const isAway = checks.some(
          ({ name, ...found }) => name === 'database' && found.status !== 'ok',
        )
        const database = isAway ? 'away' : 'ok'
        return { status: status === 'failing' ? 503 : 200, body: { status, database, checks } }
      },
    },
    {
      method: 'GET',
      path: '/health/ready',
      auth: 'none',
      route: async () =>
        (await parts.checkReadiness())
          ? { status: 200, body: { status: 'ok' } }
          : { status: 503, body: { status: 'failing' } },
    },
    {
      method: 'GET',
      path: '/health/live',
      auth: 'none',
      route: () => Promise.resolve({ status: 200, body: { status: 'ok' } }),
    },
    {
      method: 'GET',
      path: '/metrics',
      auth: 'none',
      route: async () => {
        const { type, text } = await parts.writeMetrics()
        return { status: 200, text, headers: { 'content-type': type } }
      },
    },
  ],
})
