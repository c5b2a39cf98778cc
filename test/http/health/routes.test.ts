import { expect, it } from 'vitest'
import { healthRoutes } from '../../../src/http/health/routes.ts'
import { reportOf } from '../../../src/usecases/health/finding.ts'
import type { HealthStatus } from '../../../src/usecases/health/finding.ts'
import { aRequest } from '../../builders/http-request.ts'

const found = (database: HealthStatus, queue: HealthStatus) => [
  { name: 'queue', status: queue, says: 'so' },
  { name: 'database', status: database, says: 'so' },
  { name: 'clock', status: 'ok' as const, says: 'so' },
]

async function answer(path: string, checks = found('ok', 'ok'), isReady = true) {
  const table = healthRoutes({
    checkHealth: () => Promise.resolve(reportOf(checks)),
    checkReadiness: () => Promise.resolve(isReady),
    writeMetrics: () => Promise.resolve({ type: 'text/plain; version=0.0.4', text: 'a 1' }),
  })
  const entry = table.routes.find((one) => one.path === path)
  if (entry?.auth !== 'none') throw new Error('health is asked without a login')
  expect([table.cors, entry.method]).toEqual([false, 'GET'])
  return entry.route(aRequest())
}

it.each([
  ['ok', 'ok', 200, 'ok', 'ok'],
  ['ok', 'degraded', 200, 'degraded', 'ok'],
  ['ok', 'failing', 503, 'failing', 'ok'],
  ['failing', 'ok', 503, 'failing', 'away'],
  ['degraded', 'ok', 200, 'degraded', 'away'],
] as const)(
  'says of the database by itself whether it is away, whatever else is: %s, %s (AP-1.11)',
  async (...[database, queue, code, status, told]) => {
    const checks = found(database, queue)
    expect(await answer('/health', checks)).toEqual({
      status: code,
      body: { status, database: told, checks },
    })
  },
)

it('says whether requests may come, that it is alive, and its figures in the form they have', async () => {
  const none = found('failing', 'failing')
  const ok = { status: 200, body: { status: 'ok' } }
  expect(await answer('/health/ready', none)).toEqual(ok)
  expect(await answer('/health/ready', undefined, false)).toEqual({
    status: 503,
    body: { status: 'failing' },
  })
  expect(await answer('/health/live', none, false)).toEqual(ok)
  expect(await answer('/metrics', none, false)).toEqual({
    status: 200,
    text: 'a 1',
    headers: { 'content-type': 'text/plain; version=0.0.4' },
  })
})
