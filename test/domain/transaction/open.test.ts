import { describe, expect, it } from 'vitest'
import { openTransaction } from '../../../src/domain/transaction/open.ts'
import type { Clearance } from '../../../src/domain/transaction/parties.ts'
import { readTerms } from '../../../src/domain/transaction/terms.ts'
import { anAsset } from '../../builders/asset.ts'

const now = new Date('2026-11-21T12:00:00Z')
const owner = { account: 'G', memo: '7' }

function opened(clearance: Clearance) {
  const request = { amount: '100', assetCode: 'SRT', fields: {} }
  const terms = readTerms(request, new Map([['SRT', anAsset({ paymentDeadlineSeconds: 90 })]]))
  if (!terms.ok) throw new Error(terms.refusal.code)
  return openTransaction({
    owner,
    terms: terms.value,
    parties: { sender: {}, receiver: {}, clearance },
    fields: {},
    language: 'en',
    id: 't',
    memo: { type: 'id', value: '1' },
    now,
  })
}

describe('a new transaction', () => {
  it('may be paid until the deadline of its asset (SEP31-76)', () => {
    expect(opened('cleared').transaction.lapsesAt).toEqual(new Date(now.getTime() + 90_000))
  })

  it.each([
    ['cleared', ['awaitingFunds']],
    ['checking', ['screening']],
    ['infoMissing', ['screening', 'awaitingInfo']],
    ['declined', ['screening']],
  ] as const)(
    'with customers that are %s has an event for each phase: %j (SEP31-35)',
    (clearance, phases) => {
      const { transaction, events } = opened(clearance)
      expect([transaction.phase, transaction.version]).toEqual([phases.at(-1), phases.length])
      const actor = { kind: 'client', ...owner }
      const common = { transactionId: 't', owner, at: now, actor }
      const [first, second] = phases
      const all = [
        { ...common, type: 'opened', to: first, version: 1 },
        { ...common, type: 'infoMissing', from: first, to: second, version: 2 },
      ]
      expect(events).toEqual(all.slice(0, phases.length))
    },
  )
})
