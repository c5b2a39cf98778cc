import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anAsset } from '../../builders/asset.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { keepWaitingTransaction } from '../../builders/waiting-transaction.ts'
import { openDoor, sendingAnchor } from '../../http/sep31/door.ts'
import type { Door } from '../../http/sep31/door.ts'

const anyone = { senderTypes: [], receiverTypes: [] }
const ofType = (...choices: readonly string[]) => ({ type: { description: 'Type', choices } })

let door: Door
beforeAll(async () => {
  door = await openDoor([
    anAsset({ ...anyone, transactionFields: ofType('SEPA') }),
    anAsset({ ...anyone, code: 'EURO', transactionFields: ofType('WIRE') }),
  ])
})
afterAll(() => door.close())

const owner = { account: sendingAnchor }
const later = (ms: number) => new Date(door.clock.now.getTime() + ms)
const find = (id: string) => door.read(({ transactions }) => transactions.find(id))

async function lastEvent(id: string) {
  await door.commit(({ events }) => events.assignSequences(1000))
  const events = await door.read((records) => records.events.ofTransaction(id))
  return events.at(-1)
}

describe.each(['the first', 'the second'])('%s call, each a minute later', () => {
  it('opens a transaction at its own moment, with the whole time to pay (SEP31-76)', async () => {
    door.clock.now = later(60_000)
    const { now } = door.clock
    const opened = await door.openTransaction({
      principal: { ...owner, subject: sendingAnchor, homeDomain: 'localhost' },
      request: { amount: '100', assetCode: 'SRT', fields: {} },
    })
    if (!opened.ok) throw new Error(opened.refusal.code)
    const { id } = opened.value.transaction
    const kept = { startedAt: now, updatedAt: now, lapsesAt: later(3_600_000) }
    expect(await find(id)).toMatchObject(kept)
    expect(await lastEvent(id)).toMatchObject({ type: 'opened', at: now })
  })

  it('has a payout due at its own moment, once its data is corrected (SEP31-O17)', async () => {
    const { id } = await keepWaitingTransaction(door.commit, { owner, wantedFields: { type: 'x' } })
    door.clock.now = later(60_000)
    const { now } = door.clock
    const body = { fields: { transaction: { type: 'SEPA' } } }
    expect((await door.call(`PATCH /transactions/${id}`, body)).status).toBe(200)
    const payout = await door.read(({ payouts }) => payouts.find(id))
    expect([(await find(id))?.updatedAt, payout?.dueAt, payout?.updatedAt]).toEqual([now, now, now])
    expect(await lastEvent(id)).toMatchObject({ type: 'infoReceived', at: now })
  })

  it('ends what has lapsed by then, and nothing before (SEP31-76)', async () => {
    const transaction = aTransaction({ owner, lapsesAt: later(1_000) })
    const { id } = transaction
    await door.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
    expect(await door.expireTransactions()).toBe(0)
    door.clock.now = later(120_000)
    expect(await door.expireTransactions()).toBe(1)
    expect(await find(id)).toMatchObject({ phase: 'expired', updatedAt: door.clock.now })
    expect(await lastEvent(id)).toMatchObject({ type: 'lapsed', at: door.clock.now })
  })
})

it.each([
  ['SRT', 'SEPA', 'WIRE'],
  ['EURO', 'WIRE', 'SEPA'],
])('a payment of %s is corrected by its own choices: %s, never %s (SEP31-O09)', async (...line) => {
  const [assetCode, good, bad] = line
  const wanted = { owner, assetCode, wantedFields: { type: 'x' } }
  const { id } = await keepWaitingTransaction(door.commit, wanted)
  const statusOf = async (type: string) => {
    const body = { fields: { transaction: { type } } }
    return (await door.call(`PATCH /transactions/${id}`, body)).status
  }
  expect([await statusOf(bad), await statusOf(good)]).toEqual([400, 200])
  expect(door.faults).toEqual([])
})
