import { describe, expect, it } from 'vitest'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import type { Records } from '../../../src/usecases/ports/commit.ts'
import { resumeTransactionsOfCustomer } from '../../../src/usecases/transactions/resume-after-customer-update.ts'
import type { Change } from '../../../src/usecases/transactions/save-change.ts'
import { customerTypes } from '../../builders/customer-types.ts'
import { aTransaction } from '../../builders/transaction.ts'

const now = new Date('2026-03-01T12:00:00Z')
const actor = { kind: 'operator', name: 'Olga' } as const
const types = { senderType: 'sep31-sender', receiverType: 'sep31-sender' }

type Standing = 'accepted' | 'processing' | 'wanting' | 'rejected'

function aCustomer(id: string, standing: Standing): Customer {
  const status = standing === 'processing' ? 'PROCESSING' : 'ACCEPTED'
  const names = ['first_name', 'last_name', 'email_address'].slice(standing === 'wanting' ? 1 : 0)
  return {
    id,
    key: { account: 'G' },
    fields: Object.fromEntries(names.map((name) => [name, { value: 'x', status }])),
    ...(standing === 'rejected' && { rejected: 'On a list' }),
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
}

/** Resumes these for `one`, whose partner is accepted; `ids` are those that are said to wait. */
async function resumed(
  standing: Standing,
  transactions: readonly Transaction[],
  {
    ids = transactions.map(({ id }) => id),
    payable = [],
  }: { readonly ids?: readonly string[]; readonly payable?: readonly Transaction[] } = {},
) {
  const changes: Change[] = []
  const asked: unknown[] = []
  const customers = [aCustomer('other', 'accepted'), aCustomer('one', standing)]
  const records = {
    transactions: {
      waitingForCustomer: async (id: string) => {
        asked.push(id)
        return ids
      },
      list: async ({ customerId }: { readonly customerId?: string }) => {
        asked.push(customerId)
        return payable
      },
      lock: async (wanted: string) => [...transactions, ...payable].find(({ id }) => id === wanted),
    },
    customers: {
      findMany: async (wanted: readonly string[]) =>
        customers.filter(({ id }) => wanted.includes(id)),
    },
  } as unknown as Records // no other is asked
  const resume = resumeTransactionsOfCustomer({
    customerTypes: customerTypes(),
    saveChange: async (_, change, at) => {
      expect(at).toBe(now)
      changes.push(change)
      return { ...change.after, version: change.after.version + 1 }
    },
  })
  const update = { customerId: 'one', changedFields: new Set<string>(), isRejected: true, actor }
  await resume(records, update, now)
  return { changes, asked }
}

const between = (phase: Phase, id: string, turned = false) => {
  const [senderId, receiverId] = turned ? ['other', 'one'] : ['one', 'other']
  return aTransaction({ id, phase, senderId, receiverId, ...types })
}

describe('a transaction of a customer', () => {
  it.each<[Phase, Standing, readonly string[]]>([
    ['screening', 'accepted', ['cleared awaitingFunds']],
    ['screening', 'processing', []],
    ['screening', 'wanting', ['infoMissing awaitingInfo']],
    ['screening', 'rejected', ['declined failed']],
    ['awaitingInfo', 'accepted', ['infoReceived screening', 'cleared awaitingFunds']],
    ['awaitingInfo', 'processing', ['infoReceived screening']],
    ['awaitingInfo', 'wanting', []],
    ['awaitingInfo', 'rejected', ['declined failed']],
    ['awaitingFunds', 'accepted', []],
    ['awaitingFunds', 'processing', []],
    ['awaitingFunds', 'wanting', []],
    ['awaitingFunds', 'rejected', ['declined failed']],
    ['payingOut', 'rejected', []],
    ['settling', 'rejected', []],
    ['awaitingPayoutTransactionInfo', 'accepted', []],
    ['completed', 'accepted', []],
    ['expired', 'accepted', []],
    ['failed', 'accepted', []],
  ])('in %s, of one that is %s, goes this way: %j (SEP31-41, SEP31-60)', async (...line) => {
    const [phase, standing, way] = line
    for (const turned of [false, true]) {
      const { changes, asked } = await resumed(standing, [between(phase, 't', turned)])
      expect(changes.map(({ type, after }) => `${type} ${after.phase}`)).toEqual(way)
      expect(asked).toEqual(['one', 'one'])
      for (const [place, change] of changes.entries()) {
        expect(change.actor).toEqual(actor)
        expect(change.before.version).toBe(1 + place)
        const told = change.type === 'declined' ? 'A customer was rejected' : undefined
        expect(change.after.statusMessage).toBe(told)
      }
    }
  })

  it('is judged by the type of each of the two, which may be another one', async () => {
    const phases = async (receiverType: string, senderType: string) => {
      const given = aTransaction({
        phase: 'screening',
        senderId: 'one',
        receiverId: 'other',
        senderType,
        receiverType,
      })
      const { changes } = await resumed('accepted', [given])
      return changes.map(({ after }) => after.phase)
    }
    const [enough, more] = ['sep31-sender', 'sep31-receiver'] // the receiver needs a bank account
    expect(await phases(enough, enough)).toEqual(['awaitingFunds'])
    expect(await phases(more, enough)).toEqual(['awaitingInfo'])
    expect(await phases(enough, more)).toEqual(['awaitingInfo'])
  })

  it('goes on also after one that is gone, and one that went on by itself', async () => {
    const waiting = ['b', 'd'].map((id) => between('screening', id))
    const all = [between('completed', 'c'), ...waiting]
    const { changes } = await resumed('accepted', all, { ids: ['d', 'c', 'a', 'b'] })
    expect(changes.map(({ after }) => after.id)).toEqual(['b', 'd'])
  })

  it('is locked in the order of the ids, whether it waits or may be paid', async () => {
    const waiting = ['d', 'b'].map((id) => between('screening', id))
    const payable = ['c', 'a', 'e'].map((id) => between('awaitingFunds', id))
    const { changes } = await resumed('rejected', waiting, { payable })
    expect(changes.map(({ after }) => after.id)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})
