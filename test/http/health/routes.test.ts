import { expect, it } from 'vitest'
import { healthRoutes } from '../../../src/http/health/routes.ts'
import { reportOf } from '../../../src/usecases/health/finding.ts'
import type { HealthStatus } from '../../../src/usecases/health/finding.ts'
import { aRequest } from '../../builders/http-request.ts'

it('says of the database by itself whether it is away, whatever else is (AP-1.11)', async () => {
  const answerFor = async (database: HealthStatus, queue: HealthStatus) => {
    const checks = [
      { name: 'database', status: database, says: 'so' },
      { name: 'queue', status: queue, says: 'so' },
    ]
    const table = healthRoutes({
      checkHealth: () => Promise.resolve(reportOf(checks)),
      checkReadiness: () => Promise.resolve(true),
      writeMetrics: () => Promise.resolve({ type: 'text/plain', text: '' }),
    })
    const entry = table.routes.find(({ path }) => path === '/health')
    if (entry?.auth !== 'none') throw new Error('health is asked without a login')
    const { status, body } = await entry.route(aRequest())
    return { status, body }
  }
  const told = (status: number, body: object) => ({
    status,
    body: expect.objectContaining(body) as object,
  })
  const failing = 'failing'
  expect(await answerFor('ok', 'failing')).toEqual(told(503, { status: failing, database: 'ok' }))
  expect(await answerFor('failing', 'ok')).toEqual(told(503, { status: failing, database: 'away' }))
  expect(await answerFor('ok', 'degraded')).toEqual(
    told(200, { status: 'degraded', database: 'ok' }),
  )
})
