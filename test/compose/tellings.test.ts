import { describe, expect, it } from 'vitest'
import * as tellings from '../../src/compose/tellings.ts'
import type { Telling } from '../../src/observability/observed.ts'
import { refused } from '../../src/domain/outcome.ts'

type AnyTelling = Telling<readonly unknown[], unknown>

const all = new Map(
  Object.values(tellings).flatMap((room) => Object.entries(room as Record<string, AnyTelling>)),
)
const telling = (name: string): AnyTelling => {
  const found = all.get(name)
  if (found === undefined) throw new Error(`${name} is not told of`)
  return found
}
const facts = (name: string, args: readonly unknown[], answer?: unknown) =>
  telling(name).facts?.(args, answer)
const ofLevel = (level: string) =>
  [...all].filter(([, one]) => one.level === level).map(([name]) => name)

describe('the log', () => {
  it('has at info what changes something, and at debug what only looks or runs again and again', () => {
    expect(ofLevel('info').toSorted()).toEqual([
      'acceptNetworkReset',
      'correctTransaction',
      'deleteCustomer',
      'deliverCallback',
      'exchangeChallenge',
      'openTransaction',
      'receivePayoutNotice',
      'registerCustomer',
      'rejectCustomer',
      'resumeNetwork',
      'retryDeadPayout',
      'sendPayout',
      'setCustomerCallback',
      'setTransactionCallback',
      'settlePayout',
      'uploadFile',
      'verifyCustomer',
      'watchEvents',
    ])
    expect(ofLevel('debug').toSorted()).toEqual([
      'authorise',
      'collectStellarPayments',
      'expireTransactions',
      'findCustomer',
      'findNetworkState',
      'findTransaction',
      'forgetLapsedChallenges',
      'forgetLapsedFiles',
      'listFiles',
      'listTransactions',
      'makeChallenge',
      'matchStellarPayments',
      'recheckStellarPayments',
      'sweepDueWork',
    ])
  })

  it.each(['openTransaction', 'correctTransaction'])(
    'names the transaction of %s once it is ours, and nothing of what was refused',
    (name) => {
      const answer = { ok: true, value: { transaction: { id: 'ours' } } }
      expect(facts(name, ['theirs'], answer)).toEqual({ transactionId: 'ours' })
      expect(facts(name, ['theirs'], refused({ code: 'not_found' }))).toEqual({})
      expect(facts(name, ['theirs'])).toEqual({})
    },
  )

  it('names a customer once it is ours, and nothing of what was refused', () => {
    const answer = { ok: true, value: { id: 'ours' } }
    expect(facts('registerCustomer', ['theirs'], answer)).toEqual({ customerId: 'ours' })
    expect(facts('registerCustomer', ['theirs'], refused({ code: 'invalid' }))).toEqual({})
    expect(facts('registerCustomer', ['theirs'])).toEqual({})
  })

  it('counts what lapsed, also when it is not known', () => {
    expect(facts('expireTransactions', [], 3)).toEqual({ expired: 3 })
    expect(facts('expireTransactions', [])).toEqual({ expired: 0 })
  })

  it('names the account that is read with what came of it', () => {
    const collected = { ok: true, value: { collected: 2 } }
    expect(facts('collectStellarPayments', ['GA'], collected)).toEqual({
      account: 'GA',
      collected: 2,
    })
    expect(facts('collectStellarPayments', ['GA'], refused({ code: 'stopped' }))).toEqual({
      account: 'GA',
    })
    expect(facts('matchStellarPayments', ['GA'], { matched: 1 })).toEqual({
      account: 'GA',
      matched: 1,
    })
  })

  it.each(['sendPayout', 'settlePayout'])('names the transaction and the state of %s', (name) => {
    expect(facts(name, ['transaction-1'])).toEqual({ transactionId: 'transaction-1' })
    expect(telling(name).outcome?.('delivered')).toBe('delivered')
  })

  it('names a callback, and whether it was taken or why it was not', () => {
    expect(facts('deliverCallback', ['callback-1'])).toEqual({ callbackId: 'callback-1' })
    const { outcome } = telling('deliverCallback')
    expect(outcome?.({ ok: true, value: 'delivered' })).toBe('delivered')
    expect(outcome?.(refused({ code: 'unreachable' }))).toBe('unreachable')
  })
})
