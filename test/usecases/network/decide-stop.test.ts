import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { StopReason } from '../../../src/domain/network/epoch.ts'
import { acceptNetworkReset, resumeNetwork } from '../../../src/usecases/network/decide-stop.ts'
import { findNetworkState } from '../../../src/usecases/network/find-network-state.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 12, minute))
const anchor = { sequence: 10n, hash: 'known', closedAt: at(0) }
const account = 'GA'

beforeEach(async () => {
  await onServer(db.url, 'truncate network_stop, stellar_cursor')
  await onServer(
    db.url,
    'update network_epoch set anchor_sequence = null, anchor_hash = null, anchor_closed_at = null',
  )
})

/** An account read up to ledger 7, and a stop when the network told nothing older than ledger 20. */
async function stopped(reason: StopReason): Promise<string> {
  return db.commit(async ({ network, stellarPayments }) => {
    await stellarPayments.startCursor(account, '0')
    await stellarPayments.takeSeat(account, 'one', { now: at(0), until: at(1) })
    await stellarPayments.leaveSeat(account, 'one', { ledger: 7n, until: at(0) })
    const { number: epoch } = await network.epoch()
    await network.anchor(epoch, anchor)
    await network.stop({ epoch, reason, detail: '', elder: 20n, stoppedAt: at(1) })
    return (await network.openStop())?.id ?? ''
  })
}

const now = () => at(2)
const state = () =>
  db.read(async ({ network, stellarPayments }) => ({
    anchor: (await network.epoch()).anchor,
    readLedger: (await stellarPayments.place(account))?.readLedger,
  }))

it('goes on after a gap at the oldest ledger that was told', async () => {
  const stopId = await stopped('gap')
  const decision = { kind: 'go_on', at: at(2), by: 'ada' }
  const resumed = await resumeNetwork({ ...db, now })({ stopId, by: 'ada' })
  expect(resumed).toMatchObject({ ok: true, value: { id: stopId, decision } })
  expect(await state()).toEqual({ anchor: undefined, readLedger: 19n })
})

it('goes on where it was when it only looked like a reset, whatever the wrong Horizon told', async () => {
  const stopId = await stopped('reset')
  await resumeNetwork({ ...db, now })({ stopId, by: 'ada' })
  expect(await state()).toEqual({ anchor, readLedger: 7n })
})

it.each(['reset', 'gap'] as const)(
  'begins a new run after a %s that is accepted, and answers the same to who says so again',
  async (reason) => {
    const stopId = await stopped(reason)
    const { number } = await db.read(({ network }) => network.epoch())
    const decision = { kind: 'new_epoch', at: at(2), by: 'ada' }
    const stop = { epoch: number, reason, detail: '', elder: 20n, stoppedAt: at(1) }
    const accepted = { ok: true, value: { ...stop, id: stopId, decision } }
    expect(await acceptNetworkReset({ ...db, now })({ stopId, by: 'ada' })).toEqual(accepted)
    const again = acceptNetworkReset({ ...db, now: () => at(3) })
    expect(await again({ stopId, by: 'bob' })).toEqual(accepted)
    expect(await resumeNetwork({ ...db, now: () => at(3) })({ stopId, by: 'bob' })).toEqual({
      ok: false,
      refusal: { code: 'decided_otherwise', decision },
    })
    expect(await findNetworkState(db)()).toEqual({
      epoch: { number: number + 1, beganAt: at(2) },
      lastStop: { ...stop, id: stopId, decision },
      accounts: [{ account, cursor: '0' }],
    })
  },
)

it('is told of as it stands, with each account and how far it was read', async () => {
  const id = await stopped('gap')
  await db.commit(async ({ stellarPayments }) => {
    await stellarPayments.startCursor('GB', `${9n << 32n}`)
    await stellarPayments.wantCursor('GC', at(1))
  })
  const { epoch, openStop, lastStop, accounts } = await findNetworkState(db)()
  const stop = { id, epoch: epoch.number, reason: 'gap', detail: '', elder: 20n, stoppedAt: at(1) }
  expect([epoch.anchor, openStop, lastStop]).toEqual([anchor, stop, stop])
  expect(accounts).toEqual([
    { account, cursor: '0', readUntil: at(0) },
    { account: 'GB', cursor: `${9n << 32n}` },
    { account: 'GC' },
  ])
})

it('tells who comes second what was decided, and changes nothing', async () => {
  const stopId = await stopped('gap')
  await resumeNetwork({ ...db, now })({ stopId, by: 'ada' })
  const before = await db.read(({ network }) => network.epoch())
  const late = { stopId, by: 'bob' }
  expect(await acceptNetworkReset({ ...db, now: () => at(3) })(late)).toEqual({
    ok: false,
    refusal: { code: 'decided_otherwise', decision: { kind: 'go_on', at: at(2), by: 'ada' } },
  })
  expect(await db.read(({ network }) => network.epoch())).toEqual(before)
})
