import { describe, expect, it } from 'vitest'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import { admitParties, clearanceOf } from '../../../src/domain/transaction/parties.ts'
import type { Clearance, PartyFacts } from '../../../src/domain/transaction/parties.ts'
import { anAsset } from '../../builders/asset.ts'
import { customerTypes } from '../../builders/customer-types.ts'

const at = new Date('2026-03-01T12:00:00Z')
const names = ['first_name', 'last_name', 'email_address']

/** A party whose customer stands so. */
function party(standing: 'accepted' | 'processing' | 'wanting' | 'rejected') {
  const status = standing === 'processing' ? 'PROCESSING' : 'ACCEPTED'
  const given = standing === 'wanting' ? names.slice(1) : names
  const customer: Customer = {
    id: 'c',
    key: { account: 'G' },
    fields: Object.fromEntries(given.map((name) => [name, { value: 'x', status }])),
    ...(standing === 'rejected' && { rejected: 'On a list' }),
    version: 1,
    createdAt: at,
    updatedAt: at,
  }
  return { customer, type: 'sep31-sender' }
}

describe('what two customers allow together', () => {
  it.each<[Parameters<typeof party>[0], Parameters<typeof party>[0], Clearance]>([
    ['accepted', 'accepted', 'cleared'],
    ['accepted', 'processing', 'checking'],
    ['processing', 'wanting', 'infoMissing'],
    ['accepted', 'wanting', 'infoMissing'],
    ['wanting', 'rejected', 'declined'],
    ['processing', 'rejected', 'declined'],
  ])('is, with one %s and one %s: %s (SEP31-41, SEP31-60)', (one, other, clearance) => {
    const types = customerTypes()
    expect(clearanceOf([party(one), party(other)], types)).toBe(clearance)
    expect(clearanceOf([party(other), party(one)], types)).toBe(clearance)
  })

  it.each([
    ['accepted', 'infoMissing'],
    ['rejected', 'declined'],
  ] as const)(
    'is, with one %s for a type that is configured no more: %s',
    (standing, clearance) => {
      const once = { ...party(standing), type: 'once' }
      expect(clearanceOf([party('accepted'), once], customerTypes())).toBe(clearance)
    },
  )

  it('asks nothing of a side without a type', () => {
    expect(clearanceOf([{}, party('accepted')], customerTypes())).toBe('cleared')
  })
})

describe('who takes part in a transaction', () => {
  const steps = (side: string) =>
    [0n, 100n, 500n].map((fromUnits) => ({
      name: `${side}-from-${fromUnits}`,
      description: 'd',
      fromUnits,
    }))
  const asset = anAsset({ senderTypes: steps('sender'), receiverTypes: steps('receiver') })
  const typeNames = [...asset.senderTypes, ...asset.receiverTypes].map(({ name }) => name)
  const asked = customerTypes().byName.get('sep31-sender') ?? []
  const types = { ...customerTypes(), byName: new Map(typeNames.map((name) => [name, asked])) }
  const of = (standing: Parameters<typeof party>[0], id = 'c', account = 'G'): Customer => ({
    ...party(standing).customer,
    id,
    key: { account },
  })
  const facts = {
    asset,
    amountInUnits: 100n,
    account: 'G',
    sender: of('accepted', 'one'),
    receiver: of('accepted', 'two'),
    types,
  }
  const codeOf = (changes: Partial<PartyFacts>) => {
    const outcome = admitParties({ ...facts, ...changes })
    return outcome.ok ? outcome.value.clearance : outcome.refusal
  }

  it.each([
    [99n, 0],
    [100n, 100],
    [499n, 100],
    [500n, 500],
  ])('is checked, on both sides, for the type that %i units ask for', (amountInUnits, from) => {
    expect(admitParties({ ...facts, amountInUnits })).toEqual({
      ok: true,
      value: {
        sender: { customer: facts.sender, type: `sender-from-${from}` },
        receiver: { customer: facts.receiver, type: `receiver-from-${from}` },
        clearance: 'cleared',
      },
    })
  })

  it('is asked for before the payment, the sender first, whatever is wrong (SEP31-42, SEP31-O21)', () => {
    const needed = (side: string) => ({
      code: 'customer_info_needed',
      side,
      type: `${side}-from-100`,
    })
    for (const wrong of ['processing', 'wanting', 'rejected'] as const) {
      const [sender, receiver] = [of(wrong, 'one'), of(wrong, 'two')]
      expect(codeOf({ sender, receiver })).toEqual(needed('sender'))
      expect(codeOf({ receiver })).toEqual(needed('receiver'))
    }
    const foreign = of('accepted', 'two', 'GELSE')
    expect(codeOf({ receiver: foreign })).toEqual(needed('receiver'))
    expect(codeOf({ sender: foreign, receiver: of('wanting') })).toEqual(needed('sender'))
  })

  it('may be asked for later, but for somebody unknown or turned away (SEP31-40)', () => {
    const late = { ...facts.asset, kycTiming: 'after' } as const
    const code = 'customer_rejected'
    const [turnedAway, foreign] = [of('rejected'), of('accepted', 'c', 'GELSE')]
    expect(codeOf({ asset: late, receiver: of('processing') })).toBe('checking')
    expect(codeOf({ asset: late, sender: of('wanting') })).toBe('infoMissing')
    expect(codeOf({ asset: late, receiver: turnedAway })).toEqual({ code, side: 'receiver' })
    expect(codeOf({ asset: late, sender: turnedAway, receiver: foreign })).toEqual({
      code,
      side: 'sender',
    })
    expect(codeOf({ asset: late, sender: foreign })).toMatchObject({ side: 'sender' })
  })

  it('is kept where nothing is asked of a side, if it is the client’s own (SEP31-28)', () => {
    const free = { ...facts.asset, senderTypes: [], receiverTypes: [] }
    const [own, foreign] = [of('rejected', 'one'), of('accepted', 'two', 'GELSE')]
    expect(admitParties({ ...facts, asset: free, sender: own, receiver: foreign })).toEqual({
      ok: true,
      value: { sender: { customer: own }, receiver: {}, clearance: 'cleared' },
    })
  })
})
