import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compose } from '../../src/compose/compose.ts'
import { createLog } from '../../src/observability/log.ts'
import { freshDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { configOf, distributionAccount, otherAnchor } from '../graphql/gateway-world.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const log = createLog({ level: 'silent' })

describe('the rooms of a process', () => {
  it('read every account that is paid into', async () => {
    const { config, secrets } = configOf(database.url, {})
    const startCursors = new Map([
      [distributionAccount, 'now'],
      [otherAnchor, '7'],
    ])
    const rooms = await compose({
      config: { ...config, startCursors },
      secrets,
      sites: [config.site],
      log,
    })
    expect(rooms.accounts).toEqual([distributionAccount, otherAnchor])
    await rooms.close()
  })

  it('are not opened when the page of any address would say something wrong (SEP01-18)', async () => {
    const urls = { horizonUrl: 'https://127.0.0.1:9', bankUrl: 'https://127.0.0.1:9' }
    const { config, secrets } = configOf(database.url, { isLive: true, ...urls })
    const plain = { url: 'http://second.example.com', homeDomain: 'second.example.com' }
    for (const sites of [
      [config.site, plain],
      [plain, config.site],
    ]) {
      await expect(compose({ config, secrets, sites, log })).rejects.toMatchObject({
        faults: ['stellar.toml: the base URL has to begin with https://'],
      })
    }
  })
})
