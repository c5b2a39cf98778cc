import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Ledger } from '../../../src/domain/network/ledger.ts'
import { watchNetwork } from '../../../src/usecases/network/watch-network.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(() => onServer(db.url, 'truncate network_stop'))

const start = new Date('2026-11-21T12:00:00Z')
const closed = (sequence: bigint): Ledger => ({
  sequence,
  hash: `hash ${sequence}`,
  closedAt: new Date(start.getTime() + Number(sequence) * 5_000),
})

/** A Horizon that tells of the ledgers up to `latest`, those of `lacks` left out. */
function watched(lookEveryMs = 0) {
  const told = { latest: 100n, elder: 1n, lacks: new Set<bigint>() }
  const ledgers = {
    head: async () => ({ latest: closed(told.latest), elder: told.elder }),
    find: async (sequence: bigint) => (told.lacks.has(sequence) ? undefined : closed(sequence)),
  }
  const { commit, read } = db
  const watch = watchNetwork({
    ledgers,
    commit,
    read,
    now: () => start,
    onStopped: () => undefined,
    lookEveryMs,
    compareEveryMs: 0,
    looksToSettle: 1,
  })
  return { told, watch }
}

const openStop = () => db.read(({ network }) => network.openStop())

it('waits for a Horizon that does not have the ledger we know just now, and stops nothing', async () => {
  const { told, watch } = watched()
  await watch.look()
  told.latest = 200n
  told.lacks.add(100n)
  await expect(watch.look()).rejects.toThrow(NetworkUnavailable)
  expect(await openStop()).toBeUndefined()
  told.lacks.clear()
  expect(await watch.look()).toMatchObject({ ok: true, value: { latest: 200n } })
})

it('stops when the ledger we know is told no longer, as it is before the oldest one', async () => {
  const { told, watch } = watched()
  told.latest = 300n
  await watch.look()
  told.latest = 400n
  told.elder = 301n
  told.lacks.add(300n)
  expect(await watch.look()).toEqual({ ok: false, refusal: { code: 'network_stopped' } })
  expect(await openStop()).toMatchObject({ reason: 'gap', elder: 301n })
})

it('takes no look at the run before for one at this run, however fresh it is', async () => {
  const { watch, told } = watched(60_000)
  told.latest = 500n
  expect(await watch.look()).toMatchObject({ value: { epoch: 1 } })
  await db.commit(({ network }) => network.beginEpoch(2, start))
  expect(await watch.look()).toMatchObject({ value: { epoch: 2 } })
})
