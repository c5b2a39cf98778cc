import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { onServer } from '../../database.ts'
import { gatewayWorld } from '../../graphql/gateway-world.ts'
import type { World } from '../../graphql/gateway-world.ts'
import { until } from '../../until.ts'

let world: World

beforeAll(async () => {
  world = await gatewayWorld()
})
afterAll(() => world.stop())

const health = async () => {
  const response = await fetch(`${world.internalUrl}/health`)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** Nobody gets in any more, and who is in is thrown out; or everybody gets in again. */
async function openDoors(isOpen: boolean): Promise<void> {
  const { url } = inject('postgres')
  const name = new URL(world.databaseUrl).pathname.slice(1)
  await onServer(url, `alter database ${name} with allow_connections ${isOpen}`)
  if (isOpen) return
  await onServer(url, `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [
    name,
  ])
}

it('turns red while the database is away, says so, and is well again afterwards (AP-1.11)', async () => {
  expect(await health()).toMatchObject({ status: 200, body: { database: 'ok' } })
  await openDoors(false)
  await until(async () => (await health()).status === 503, 'health to turn red')
  expect(await health()).toMatchObject({
    status: 503,
    body: { status: 'failing', database: 'away' },
  })
  await openDoors(true)
  await until(async () => (await health()).status === 200, 'health to be well again')
})
