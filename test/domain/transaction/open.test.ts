import { describe, expect, it } from 'vitest'
import { openTransaction } from '../../../src/domain/transaction/open.ts'
import type { AssetPolicy } from '../../../src/domain/asset/asset-policy.ts'
import type { Clearance, Parties } from '../../../src/domain/transaction/parties.ts'
import { readTerms } from '../../../src/domain/transaction/terms.ts'
import { anAsset } from '../../builders/asset.ts'

const now = new Date('2026-11-21T12:00:00Z')
const owner = { account: 'G', memo: '7' }

function opened(
  clearance: Clearance,
  more: Partial<AssetPolicy> = {},
  parties: Partial<Parties> = {},
) {
  const request = { amount: '100', assetCode: 'SRT', fields: {} }
  const asset = anAsset({ paymentDeadlineSeconds: 90, ...more })
  const terms = readTerms(request, new Map([['SRT', asset]]))
  if (!terms.ok) throw new Error(terms.refusal.code)
  return openTransaction({
    owner,
    terms: terms.value,
    parties: { sender: {}, receiver: {}, clearance, ...parties },
    fields: {},
    language: 'en',
    id: 't',
    memo: { type: 'id', value: '1' },
    now,
  })
}

const aCustomer = (id: string) => ({
  id,
  key: { account: 'G' },
  fields: {},
  version: 1,
  createdAt: now,
  updatedAt: now,
})

describe('a new transaction', () => {
  it('may be paid until the deadline of its asset (SEP31-76)', () => {
    expect(opened('cleared').transaction.lapsesAt).toEqual(new Date(now.getTime() + 90_000))
  })

  it('pays out in the unit of its payout asset, whatever is configured later (SEP31-62)', () => {
    const payoutAsset = { name: 'iso4217:JPY', currency: 'JPY', decimals: 0 }
    expect(opened('cleared', { payoutAsset }).transaction).toMatchObject({
      assetOut: 'iso4217:JPY',
      assetOutDecimals: 0,
      amountOutUnits: 98n,
      fee: { totalUnits: 20_000_000n },
    })
  })

  it('is what was found good of the request, word for word (SEP31-33, SEP31-35)', () => {
    const parties = {
      sender: { customer: aCustomer('one'), type: 'sep31-sender' },
      receiver: { customer: aCustomer('two'), type: 'sep31-receiver' },
    } as const
    const terms = {
      asset: anAsset({ code: 'SRT2', name: 'stellar:SRT2:GISSUER', distributionAccount: 'GPAID' }),
      amountInUnits: 1_000_000_000n,
      amountOutUnits: 9_899n,
      fee: { totalUnits: 10_100_000n, parts: [{ name: 'Fixed fee', units: 10_100_000n }] },
      fundingMethod: 'WIRE',
      destinationAsset: 'iso4217:USD',
      refundMemo: { type: 'text', value: 'back' },
    } as const
    const facts = {
      owner,
      terms,
      parties: { ...parties, clearance: 'cleared' },
      fields: { routing_number: '0110' },
      language: 'es',
      id: 't',
      memo: { type: 'hash', value: 'A' },
      now,
    } as const
    expect(openTransaction(facts).transaction).toEqual({
      id: 't',
      kind: 'receive',
      phase: 'awaitingFunds',
      version: 1,
      owner,
      assetCode: 'SRT2',
      assetIn: 'stellar:SRT2:GISSUER',
      amountInUnits: 1_000_000_000n,
      assetOut: 'iso4217:USD',
      amountOutUnits: 9_899n,
      assetOutDecimals: 2,
      destinationAsset: 'iso4217:USD',
      fee: terms.fee,
      fundingMethod: 'WIRE',
      senderId: 'one',
      senderType: 'sep31-sender',
      receiverId: 'two',
      receiverType: 'sep31-receiver',
      distributionAccount: 'GPAID',
      memo: { type: 'hash', value: 'A' },
      refundMemo: { type: 'text', value: 'back' },
      fields: { routing_number: '0110' },
      wantedFields: {},
      wantedCustomerFields: [],
      language: 'es',
      startedAt: now,
      updatedAt: now,
      lapsesAt: new Date(now.getTime() + 3_600_000),
    })
  })

  it('keeps each customer on its side, with the type the side is checked for (SEP31-41)', () => {
    const parties = {
      sender: { customer: aCustomer('one'), type: 'sep31-sender' },
      receiver: { customer: aCustomer('two'), type: 'sep31-receiver' },
    }
    expect(opened('cleared', {}, parties).transaction).toMatchObject({
      senderId: 'one',
      senderType: 'sep31-sender',
      receiverId: 'two',
      receiverType: 'sep31-receiver',
    })
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
