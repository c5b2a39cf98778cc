import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { composeCollecting } from '../../src/compose/collecting.ts'
import { DatabaseUnavailable } from '../../src/usecases/ports/commit.ts'
import { NetworkUnavailable } from '../../src/usecases/ports/stellar-network.ts'
import { createLog } from '../../src/observability/log.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import { freshCommit, onServer } from '../database.ts'
import { startGossip } from '../flows/gossip.ts'
import type { Gossip } from '../flows/gossip.ts'

/** Watches two accounts of which nothing can be read; the lines that were logged, too. */
function watching(failure: Error) {
  const lines: unknown[] = []
  const foundation = {
    read: () => Promise.reject(failure),
    log: { warn: (...line: unknown[]) => void lines.push(line) },
  } as unknown as Parameters<typeof composeCollecting>[0] // it comes to nothing more of it
  const config = {
    network: { horizonUrl: 'http://127.0.0.1:9' },
    startCursors: new Map([
      ['GONE', 'now'],
      ['GTWO', '7'],
    ]),
  } as unknown as Parameters<typeof composeCollecting>[1]
  const match = () => Promise.reject(new Error('nothing is matched'))
  const { watchAccounts } = composeCollecting(foundation, config, match)
  return { lines, watchAccounts }
}

describe('the places from which accounts are read', () => {
  let db: Awaited<ReturnType<typeof freshCommit>>
  let horizon: Gossip
  /** What it tells of any account. */
  let told: readonly object[] = []
  /** What Horizon was asked for. */
  const asked: string[] = []
  beforeAll(async () => {
    db = await freshCommit()
    horizon = await startGossip((_body, _count, path) => {
      asked.push(path)
      const at = '2026-11-21T12:00:00Z'
      const root = {
        history_latest_ledger: 1_000,
        history_latest_ledger_closed_at: at,
        history_elder_ledger: 1,
      }
      const [, ledger] = /^\/ledgers\/(\d+)$/.exec(path) ?? []
      if (ledger !== undefined) {
        return [
          200,
          JSON.stringify({ sequence: Number(ledger), hash: 'ab'.repeat(32), closed_at: at }),
        ]
      }
      const records = path.startsWith('/accounts/') ? told : []
      return [200, JSON.stringify(path === '/' ? root : { _embedded: { records } })]
    })
  })
  afterAll(async () => {
    await horizon.stop()
    await db.close()
  })

  const matchNothing = () => Promise.resolve({ matched: 0, unmatched: 0 })

  const warned: unknown[] = []
  const destination = new Writable({
    write: (line: Buffer, _encoding, done) => {
      warned.push(JSON.parse(line.toString()))
      done()
    },
  })
  function reading(isSandbox: boolean, now: () => Date, match = matchNothing) {
    const foundation = {
      ...db,
      now,
      newId: randomUUID,
      log: createLog({ level: 'warn', destination }),
      metrics: createMetrics({ version: 'test' }),
    } as unknown as Parameters<typeof composeCollecting>[0] // it comes to nothing more of it
    const config = {
      isSandbox,
      network: { horizonUrl: horizon.url },
      startCursors: new Map([
        ['GONE', '7'],
        ['GTWO', '8'],
      ]),
    } as unknown as Parameters<typeof composeCollecting>[1]
    return composeCollecting(foundation, config, match)
  }
  const payment = (ledger: bigint) => ({
    id: `${ledger << 32n}`,
    paging_token: `${ledger << 32n}`,
    transaction_successful: true,
    type: 'payment',
    created_at: '2026-11-21T11:00:00Z',
    transaction_hash: 'ab'.repeat(32),
    transaction: { memo_type: 'none' },
    asset_type: 'native',
    from: 'GFROM',
    to: 'GONE',
    amount: '1.0000000',
  })
  const places = () =>
    onServer(db.url, 'select account, cursor from stellar_cursor order by account')

  it('are those of the file, also for who is read first by a process that could not ask before', async () => {
    const rooms = reading(true, () => new Date())
    await rooms.collectStellarPayments('GTWO').catch(() => undefined)
    expect(await places()).toEqual([{ account: 'GTWO', cursor: '8' }])
    await rooms.watchAccounts()
    expect(await places()).toEqual([
      { account: 'GONE', cursor: '7' },
      { account: 'GTWO', cursor: '8' },
    ])
    await rooms.closeNetwork()
  })

  it.each([
    ['sandbox', 250],
    ['network of others', 5_000],
  ])('are read in a rhythm of its own: %s', async (name, everyMs) => {
    let moment = Date.now()
    const rooms = reading(name === 'sandbox', () => new Date(moment))
    const looksAfter = async (ms: number) => {
      moment += ms
      asked.length = 0
      await rooms.collectStellarPayments('GTWO').catch(() => undefined)
      return asked.filter((path) => path === '/').length
    }
    expect(await looksAfter(0)).toBe(1)
    expect(await looksAfter(everyMs - 1)).toBe(0)
    expect(await looksAfter(1)).toBe(1)
    await rooms.closeNetwork()
  })

  it('fails with the matching of what was read, and warns of what Horizon held back at first', async () => {
    let moment = Date.now()
    let isBroken = true
    const rooms = reading(
      true,
      () => new Date(moment),
      () => (isBroken ? Promise.reject(new Error('it cannot be matched')) : matchNothing()),
    )
    told = [payment(100n)]
    await expect(rooms.collectStellarPayments('GONE')).rejects.toThrow('it cannot be matched')
    isBroken = false
    told = []
    for (let look = 0; look < 12; look += 1) {
      moment += 250 // what all Horizons behind the address tell is known after some looks
      await rooms.collectStellarPayments('GONE')
    }
    told = [payment(98n), payment(99n), payment(100n)]
    expect(await rooms.recheckStellarPayments('GONE')).toEqual({ ok: true, value: 2 })
    const msg = 'payments were held back'
    expect(warned).toMatchObject([{ level: 'warn', account: 'GONE', payments: 2, msg }])
    told = []
    await rooms.closeNetwork()
  })
})

describe('a process that starts', () => {
  it('goes on without the network, and says which accounts are watched later', async () => {
    const { lines, watchAccounts } = watching(new NetworkUnavailable('Horizon is away'))
    await watchAccounts()
    const words = 'watched once the network is there'
    expect(lines).toEqual(
      ['GONE', 'GTWO'].map((account) => [{ account, error: 'Horizon is away' }, words]),
    )
  })

  it('does not start without the database, as no account would have its place', async () => {
    const { lines, watchAccounts } = watching(new DatabaseUnavailable('The database is away'))
    await expect(watchAccounts()).rejects.toThrow(DatabaseUnavailable)
    expect(lines).toEqual([])
  })
})
