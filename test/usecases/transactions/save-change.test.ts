import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from '../../../src/adapters/postgres/database.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { writeTransaction } from '../../../src/http/sep31/write-transaction.ts'
import type { Change } from '../../../src/usecases/transactions/save-change.ts'
import { anAsset } from '../../builders/asset.ts'
import { aTransaction, distributionAccount } from '../../builders/transaction.ts'
import { openDoor, sendingAnchor } from '../../http/sep31/door.ts'
import type { Door } from '../../http/sep31/door.ts'

let door: Door

beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

async function kept(changes: Partial<Transaction> = {}): Promise<Transaction> {
  const transaction = aTransaction({ owner: { account: sendingAnchor }, ...changes })
  await door.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  return transaction
}

const funded = (before: Transaction, id: string): Change => ({
  before,
  after: {
    ...before,
    phase: 'payingOut',
    stellarPaymentId: id,
    stellarTransactionHash: 'ab'.repeat(32),
    fundsReceivedAt: door.clock.now,
  },
  type: 'fundsReceived',
  actor: { kind: 'network', stellarPaymentId: id },
  jobs: [{ name: 'send-payout', payload: { transactionId: before.id }, subject: before.id }],
})

const save = (change: Change) =>
  door.commit((records) => door.saveChange(records, change, door.clock.now))

const callbacksOf = async (transactionId: string) => {
  const rows = await sql<{ readonly id: string }>(
    door.database.pooled,
    `select id from callback where subject_id = $1 order by number`,
    [transactionId],
  )
  return door.commit(async ({ callbacks }) => {
    const found = []
    for (const { id } of rows) found.push(await callbacks.lock(id))
    return found
  })
}

describe('saving a change', () => {
  it('keeps the next version, the event and the work in one commit (AP-1.24)', async () => {
    const before = await kept()
    const saved = await save(funded(before, '1'))
    expect(saved).toMatchObject({ version: 2, updatedAt: door.clock.now, phase: 'payingOut' })
    await door.commit(async ({ transactions, events, outbox }) => {
      expect(await transactions.find(before.id)).toEqual(saved)
      await events.assignSequences(1000)
      expect(await events.ofTransaction(before.id)).toMatchObject([
        { type: 'fundsReceived', from: 'awaitingFunds', to: 'payingOut', version: 2 },
      ])
      const jobs = await outbox.unsent(1000)
      expect(jobs.map(({ job }) => job.subject)).toContain(before.id)
    })
  })

  it('tells in the event whose it is, who caused it, when and with what words', async () => {
    const before = await kept({ owner: { account: sendingAnchor, memo: '7' } })
    const actor = { kind: 'operator', name: 'Olga' } as const
    await save({ ...funded(before, '11'), actor, note: 'Found by hand' })
    await door.commit(async ({ events }) => {
      await events.assignSequences(1000)
      expect(await events.ofTransaction(before.id)).toEqual([
        {
          id: expect.any(String),
          sequence: expect.any(BigInt),
          transactionId: before.id,
          owner: { account: sendingAnchor, memo: '7' },
          type: 'fundsReceived',
          from: 'awaitingFunds',
          to: 'payingOut',
          version: 2,
          at: door.clock.now,
          actor,
          note: 'Found by hand',
        },
      ])
    })
  })

  it('owes the notice at once, with a job for its first try (SEP31-83)', async () => {
    const before = await kept({ callbackUrl: 'https://wallet.example.com/x' })
    await save(funded(before, '12'))
    const [callback] = await callbacksOf(before.id)
    const { now } = door.clock
    expect(callback).toEqual({
      id: expect.any(String),
      subject: { kind: 'transaction', id: before.id },
      url: 'https://wallet.example.com/x',
      body: expect.any(String),
      state: 'due',
      tries: 0,
      dueAt: now,
      createdAt: now,
    })
    const jobs = await door.commit(({ outbox }) => outbox.unsent(10_000))
    expect(jobs.map(({ job }) => job)).toContainEqual({
      name: 'deliver-callback',
      payload: { callbackId: callback?.id },
      subject: `${callback?.id}-0`,
      dueAt: now,
    })
  })

  it('hands on all the work of all changes, in order', async () => {
    const changes = [funded(await kept(), '13'), funded(await kept(), '14')].map((change) => {
      const { id } = change.before
      const settle = { name: 'settle-payout', payload: { transactionId: id }, subject: id } as const
      return { ...change, jobs: [...(change.jobs ?? []), settle] }
    })
    await door.commit((records) => door.saveChanges(records, changes, door.clock.now))
    const jobs = await door.commit(({ outbox }) => outbox.unsent(10_000))
    expect(jobs.slice(-4).map(({ job }) => job)).toEqual(changes.flatMap((change) => change.jobs))
  })

  it('keeps nothing at all when the commit fails (AP-1.24)', async () => {
    const before = await kept()
    const failing = door.commit(async (records) => {
      await door.saveChange(records, funded(before, '2'), door.clock.now)
      throw new Error('stop')
    })
    await expect(failing).rejects.toThrow('stop')
    expect(await door.read(({ transactions }) => transactions.find(before.id))).toEqual(before)
  })

  it('throws when another commit saved the transaction first (SEP31-W25, AP-1.23, POLARIS-8.16)', async () => {
    const before = await kept()
    await save(funded(before, '3'))
    await expect(save(funded(before, '4'))).rejects.toThrow(/Another commit/)
  })

  it('throws when the lifecycle does not lead there (AP-1.29)', async () => {
    const before = await kept()
    const after: Transaction = { ...before, phase: 'completed' }
    const change = { ...funded(before, '5'), after }
    await expect(save(change)).rejects.toThrow(/leads from awaitingFunds to payingOut/)
  })

  it('notices a change of the status with a snapshot of that change (SEP31-83, SEP31-84, SEP31-W27)', async () => {
    const before = await kept({ callbackUrl: 'https://wallet.example.com/x' })
    const first = await save(funded(before, '6'))
    const settling: Transaction = { ...first, phase: 'settling' }
    const second = await save({
      before: first,
      after: settling,
      type: 'payoutAccepted',
      actor: { kind: 'rail' },
    })
    const assets = new Map([['SRT', anAsset()]])
    const callbacks = await callbacksOf(before.id)
    expect(
      callbacks.map((callback) => JSON.parse(callback?.body ?? '{}') as Record<string, unknown>),
    ).toMatchObject([
      { transaction: { id: before.id, status: 'pending_receiver' } },
      { transaction: { id: before.id, status: 'pending_external' } },
    ])
    const told = [first, second].map((saved) => JSON.stringify(writeTransaction(saved, assets)))
    expect(callbacks.map((callback) => callback?.body)).toEqual(told)
  })

  it('tells each address of its own transaction only, also of many in one batch (AP-2.16)', async () => {
    const listening = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        kept({
          owner: { account: index % 2 === 0 ? sendingAnchor : distributionAccount },
          callbackUrl: `https://wallet${index}.example.com/x`,
        }),
      ),
    )
    const changes = listening.map((before, index) => funded(before, `${200_000 + index}`))
    await door.commit((records) => door.saveChanges(records, changes, door.clock.now))
    const jobs = await door.commit(({ outbox }) => outbox.unsent(10_000))
    const payloads = jobs.map(({ job }) => job.payload)
    for (const { id, callbackUrl } of listening) {
      const told = await callbacksOf(id)
      expect(payloads).toContainEqual({ transactionId: id })
      expect(payloads).toContainEqual({ callbackId: told[0]?.id })
      expect(told.map((callback) => [callback?.url, callback?.body.includes(id)])).toEqual([
        [callbackUrl, true],
      ])
      const others = listening.filter((other) => other.id !== id)
      expect(others.some((other) => told[0]?.body.includes(other.id))).toBe(false)
    }
  })

  it('notices nothing when the status stays, or nobody asked (SEP31-80, SEP31-83)', async () => {
    const silent = await kept()
    const moved = await save(funded(silent, '7'))
    expect(moved.updatedAt).not.toEqual(silent.updatedAt)
    expect(await callbacksOf(silent.id)).toEqual([])
    const listening = await kept({
      callbackUrl: 'https://wallet.example.com/x',
      phase: 'payingOut',
      stellarPaymentId: '8',
    })
    const saved = await save({
      before: listening,
      after: { ...listening, statusMessage: 'The bank is slow' },
      type: 'payoutFailed',
      actor: { kind: 'rail' },
    })
    expect(saved.updatedAt).toEqual(listening.updatedAt)
    expect(await callbacksOf(listening.id)).toEqual([])
  })

  it('forgets what was wanted when the phase that waits for it ends (SEP31-O17, SEP31-O19)', async () => {
    const before = await kept({
      phase: 'awaitingPayoutTransactionInfo',
      stellarPaymentId: '9',
      wantedFields: { account_number: 'unknown' },
      requiredInfoMessage: 'Mend it',
    })
    const after: Transaction = { ...before, phase: 'payingOut' }
    const saved = await save({ before, after, type: 'infoReceived', actor: { kind: 'gateway' } })
    expect(saved.wantedFields).toEqual({})
    expect(saved.requiredInfoMessage).toBeUndefined()
  })

  it('notes when it was completed (SEP31-54)', async () => {
    const before = await kept({ phase: 'settling', stellarPaymentId: '10' })
    const after: Transaction = { ...before, phase: 'completed' }
    const saved = await save({ before, after, type: 'payoutDelivered', actor: { kind: 'rail' } })
    expect(saved.completedAt).toEqual(door.clock.now)
  })

  it('saves a batch of 500 as one', async () => {
    const changes: Change[] = []
    for (let place = 0; place < 500; place += 1) {
      changes.push(funded(await kept(), `${100_000 + place}`))
    }
    const saved = await door.commit((records) => door.saveChanges(records, changes, door.clock.now))
    expect(saved.every(({ version }) => version === 2)).toBe(true)
    const ids = saved.map(({ id }) => id)
    expect(ids).toEqual(changes.map(({ before }) => before.id))
    const found = await door.read(({ transactions }) => transactions.findMany(ids))
    expect(found.every(({ phase }) => phase === 'payingOut')).toBe(true)
  })
})
