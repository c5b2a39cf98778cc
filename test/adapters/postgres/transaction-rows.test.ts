import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SealBroken } from '../../../src/adapters/postgres/sealer.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import type { Commit } from '../../../src/usecases/ports/commit.ts'
import { aTransaction, issuer } from '../../builders/transaction.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const find = (id: string) => db.read(({ transactions }) => transactions.find(id))
const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 12, minute))

let payments = 2n ** 62n
/** With everything that may be absent. */
const aFullOne = (): Transaction =>
  aTransaction({
    phase: 'awaitingPayoutCustomerInfo',
    version: 4,
    owner: { account: 'GOWN', memo: '7' },
    destinationAsset: 'iso4217:EUR',
    fee: {
      totalUnits: 3n,
      parts: [
        { name: 'Fixed fee', description: 'for each', units: 2n },
        { name: 'Tax', units: 1n },
      ],
    },
    senderId: randomUUID(),
    receiverId: randomUUID(),
    senderType: 'sep31-sender',
    receiverType: 'sep31-receiver',
    refundMemo: { type: 'text', value: "it's back" },
    fields: { routing_number: '1 "2" \\ 3' },
    wantedFields: { account_number: 'too short' },
    wantedCustomerFields: [{ owner: 'sender', name: 'last_name', message: 'is empty' }],
    requiredInfoMessage: 'both, please',
    statusMessage: 'of the bank',
    language: 'pt',
    stellarEpoch: 2,
    stellarPaymentId: `${(payments += 1n)}`,
    stellarTransactionHash: 'ab'.repeat(32),
    fundsReceivedAt: at(1),
    externalTransactionId: 'bank-1',
    callbackUrl: `https://wallet.example.com/${issuer}`,
    completedAt: at(2),
  })

const openings: readonly (readonly [string, (transaction: Transaction) => Promise<string>])[] = [
  ['by itself', (transaction) => openBy(db.commitAtOnce, transaction)],
  ['in a commit', (transaction) => openBy(db.commit, transaction)],
  ['with a key', (transaction) => openBy(db.commitAtOnce, transaction, 'key')],
]
const openBy = (commit: Commit, transaction: Transaction, key?: string) =>
  commit(({ transactions }) =>
    transactions.open({
      transaction,
      events: [],
      ...(key !== undefined && { idempotency: { key: transaction.id, inputHash: key } }),
    }),
  )

const without = <Name extends keyof Transaction>(
  transaction: Transaction,
  names: readonly Name[],
): Omit<Transaction, Name> =>
  Object.fromEntries(
    Object.entries(transaction).filter(([name]) => !names.some((given) => given === name)),
  ) as unknown as Omit<Transaction, Name> // the names were left out

describe('a transaction', () => {
  it.each(openings)('is given back as it was opened %s, whatever it has', async (_, open) => {
    for (const transaction of [aTransaction(), aFullOne()]) {
      expect(await open(transaction)).toBe('opened')
      expect(await find(transaction.id)).toEqual(transaction)
    }
  })

  it('keeps what is wanted, each by itself, and of nothing wanted nothing', async () => {
    const { wantedFields, wantedCustomerFields, requiredInfoMessage: message } = aFullOne()
    if (message === undefined) throw new Error('it has one')
    const wanted: readonly Partial<Transaction>[] = [
      {},
      { wantedFields },
      { wantedCustomerFields },
      { requiredInfoMessage: message },
    ]
    for (const [place, given] of wanted.entries()) {
      const transaction = aTransaction(given)
      await openBy(db.commit, transaction)
      expect(await find(transaction.id)).toEqual(transaction)
      const sealed = 'select wanted_sealed is not null as kept from "transaction" where id = $1'
      expect(await onServer(db.url, sealed, [transaction.id])).toEqual([{ kept: place > 0 }])
    }
  })

  it.each([
    ['fields_sealed', 'fields_sealed', 'the other'],
    ['wanted_sealed', 'wanted_sealed', 'the other'],
    ['fields_sealed', 'wanted_sealed', 'itself'],
    ['wanted_sealed', 'fields_sealed', 'itself'],
  ])('does not open as %s what is %s of %s (SEP09-43)', async (to, from, whose) => {
    const [one, other] = [aFullOne(), aFullOne()]
    await openBy(db.commit, one)
    await openBy(db.commit, other)
    await onServer(
      db.url,
      `update "transaction" set ${to} = (select ${from} from "transaction" where id = $1) where id = $2`,
      [whose === 'itself' ? one.id : other.id, one.id],
    )
    const whole = async () => ({ ...(await find(one.id)) })
    await expect(whole()).rejects.toThrow(SealBroken)
    expect(await find(other.id)).toEqual(other)
  })

  it('loses by a save what it has no more', async () => {
    const full = aFullOne()
    await openBy(db.commit, full)
    const later: Transaction = {
      ...without(full, [
        'statusMessage',
        'requiredInfoMessage',
        'callbackUrl',
        'stellarEpoch',
        'stellarPaymentId',
        'stellarTransactionHash',
        'fundsReceivedAt',
        'externalTransactionId',
        'completedAt',
      ]),
      phase: 'awaitingFunds',
      version: 5,
      fields: {},
      wantedFields: {},
      wantedCustomerFields: [],
      updatedAt: at(5),
      lapsesAt: at(6),
    }
    await db.commit(({ transactions }) => transactions.save(later))
    expect(await find(full.id)).toEqual(later)
  })
})
