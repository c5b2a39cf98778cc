import { describe, expect, it } from 'vitest'
import { settleChange } from '../../../src/domain/transaction/change.ts'
import type { TransactionEvent } from '../../../src/domain/transaction/event.ts'
import { lifecycle, sepStatus } from '../../../src/domain/transaction/lifecycle.ts'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { aTransaction } from '../../builders/transaction.ts'

const at = (minutes: number): Date =>
  new Date(Date.parse('2026-11-21T12:00:00Z') + minutes * 60_000)
const phases = Object.keys(lifecycle) as Phase[]
const started = { startedAt: at(0), updatedAt: at(5), lapsesAt: at(60) }

describe('a change that is kept', () => {
  it('gives the whole time to pay once the customers are checked, and no more later (SEP31-76)', () => {
    const before = aTransaction({ ...started, phase: 'screening' })
    const cleared = { ...before, phase: 'awaitingFunds' } as const
    const saved = settleChange(before, cleared, { type: 'cleared', now: at(20) })
    expect(saved).toMatchObject({
      lapsesAt: at(80),
      updatedAt: at(20),
      version: before.version + 1,
    })
    const funded = { ...saved, phase: 'payingOut' } as const
    const stays = settleChange(saved, saved, { type: 'payoutRetried', now: at(25) })
    expect(stays.lapsesAt).toEqual(at(80))
    const paid = settleChange(saved, funded, { type: 'fundsReceived', now: at(30) })
    expect(paid.lapsesAt).toEqual(at(80))
    const wanting = { ...before, phase: 'awaitingInfo' } as const
    const asked = settleChange(before, wanting, { type: 'infoMissing', now: at(20) })
    expect(asked.lapsesAt).toEqual(at(60))
  })

  it('is none when the lifecycle does not lead there', () => {
    const before = aTransaction({ ...started, phase: 'awaitingFunds' })
    const wrong = { ...before, phase: 'completed' } as const
    expect(() => settleChange(before, wrong, { type: 'fundsReceived', now: at(20) })).toThrow(
      'fundsReceived leads from awaitingFunds to payingOut, not to completed',
    )
    const stays = { type: 'payoutRetried' as const, now: at(20) }
    expect(() => settleChange(before, { ...before, phase: 'failed' }, stays)).toThrow(
      'not to failed',
    )
  })

  it('has another time only with another status (SEP31-80)', () => {
    const before = aTransaction({ ...started, phase: 'awaitingPayoutTransactionInfo' })
    const type = 'infoPartlyReceived'
    expect(settleChange(before, before, { type, now: at(20) }).updatedAt).toEqual(at(5))
  })

  it('has the moment of completion once it is completed, and leaves it as it was (SEP31-54)', () => {
    const before = aTransaction({ ...started, phase: 'completed', completedAt: at(10) })
    const saved = settleChange(before, before, { type: 'payoutFailed', now: at(20) })
    expect(saved.completedAt).toEqual(at(10))
    const unpaid = aTransaction({ ...started, phase: 'payingOut' })
    const taken = { ...unpaid, phase: 'settling' } as const
    const settling = settleChange(unpaid, taken, { type: 'payoutAccepted', now: at(20) })
    expect(settling).not.toHaveProperty('completedAt')
    const paid = { ...settling, phase: 'completed' } as const
    const type = 'payoutDelivered'
    expect(settleChange(settling, paid, { type, now: at(30) }).completedAt).toEqual(at(30))
  })

  it('wants nothing outside of the phase that waits for it (SEP31-O19)', () => {
    const wish = {
      wantedFields: { iban: 'wrong' },
      wantedCustomerFields: [{ owner: 'receiver', name: 'last_name', message: 'wrong' }],
      requiredInfoMessage: 'wrong',
    } as const
    const settled = (phase: 'awaitingPayoutTransactionInfo' | 'awaitingPayoutCustomerInfo') => {
      const before = aTransaction({ ...started, ...wish, phase })
      const partly = settleChange(before, before, { type: 'infoPartlyReceived', now: at(20) })
      const after = { ...before, phase: 'payingOut' } as const
      return [partly, settleChange(before, after, { type: 'infoReceived', now: at(20) })]
    }
    const { wantedFields, wantedCustomerFields, requiredInfoMessage } = wish
    const wishes = (saved: Transaction | undefined) => [
      saved?.wantedFields,
      saved?.wantedCustomerFields,
      saved?.requiredInfoMessage,
    ]
    const [ofTransaction, mended] = settled('awaitingPayoutTransactionInfo')
    expect(wishes(ofTransaction)).toEqual([wantedFields, [], requiredInfoMessage])
    expect(wishes(mended)).toEqual([{}, [], undefined])
    expect(mended).not.toHaveProperty('requiredInfoMessage')
    const [ofCustomer, brought] = settled('awaitingPayoutCustomerInfo')
    expect(wishes(ofCustomer)).toEqual([{}, wantedCustomerFields, requiredInfoMessage])
    expect(wishes(brought)).toEqual([{}, [], undefined])
    expect(brought).not.toHaveProperty('requiredInfoMessage')
  })

  it.each(phases)(
    'from %s has what its phase has, wherever it leads (SEP31-54, SEP31-80)',
    (from) => {
      const wish = {
        wantedFields: { iban: 'wrong' },
        wantedCustomerFields: [{ owner: 'sender', name: 'city', message: 'wrong' }],
        requiredInfoMessage: 'wrong',
      } as const
      const before = aTransaction({ ...started, ...wish, phase: from, version: 7 })
      const moves = [...Object.entries<Phase>(lifecycle[from]), ['payoutRetried', from] as const]
      for (const [type, phase] of moves) {
        const change = { type: type as TransactionEvent['type'], now: at(20) }
        const saved = settleChange(before, { ...before, phase, version: 1 }, change)
        const ofTransaction = phase === 'awaitingPayoutTransactionInfo'
        const ofCustomer = phase === 'awaitingPayoutCustomerInfo'
        const { requiredInfoMessage: _, ...rest } = before
        expect(saved).toEqual({
          ...rest,
          phase,
          version: 8,
          updatedAt: sepStatus[phase] === sepStatus[from] ? at(5) : at(20),
          lapsesAt: from === 'screening' && phase === 'awaitingFunds' ? at(80) : at(60),
          wantedFields: ofTransaction ? wish.wantedFields : {},
          wantedCustomerFields: ofCustomer ? wish.wantedCustomerFields : [],
          ...((ofTransaction || ofCustomer) && { requiredInfoMessage: 'wrong' }),
          ...(phase === 'completed' && { completedAt: at(20) }),
        })
      }
    },
  )
})
