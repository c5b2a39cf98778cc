import { describe, expect, it } from 'vitest'
import { lifecycle, nextPhase, sepStatus } from '../../../src/domain/transaction/lifecycle.ts'
import type { Happening, Phase } from '../../../src/domain/transaction/lifecycle.ts'
import { holdsFunds } from '../../builders/holds-funds.ts'

const phases = Object.keys(lifecycle) as Phase[]
const waysOf = (happening: Happening) => phases.filter((phase) => nextPhase(phase, happening))

describe('the lifecycle', () => {
  it('lets funds come in one phase only (AP-1.28)', () => {
    expect(waysOf('fundsReceived')).toEqual(['awaitingFunds'])
  })

  it('lets only unfunded transactions expire (SEP31-77)', () => {
    expect(waysOf('lapsed')).toEqual(['screening', 'awaitingInfo', 'awaitingFunds'])
    expect(waysOf('lapsed').some(holdsFunds)).toBe(false)
  })

  it('turns a customer away before the funds only, and takes a payout back only from the rail (SEP31-59, SEP31-60)', () => {
    expect(waysOf('declined')).toEqual(['screening', 'awaitingInfo', 'awaitingFunds'])
    expect(waysOf('payoutReturned')).toEqual(['settling'])
    expect(waysOf('customerInfoWanted')).toEqual(['payingOut', 'settling'])
    expect(waysOf('transactionInfoWanted')).toEqual(['payingOut', 'settling'])
    expect(waysOf('payoutDelivered')).toEqual(['payingOut', 'settling'])
  })

  it('never leads from funds held to a phase without them, but to the ends', () => {
    for (const phase of phases.filter(holdsFunds)) {
      for (const next of Object.values(lifecycle[phase]) as Phase[]) {
        expect(holdsFunds(next) || next === 'completed' || next === 'failed').toBe(true)
      }
    }
  })

  it('leads to a payout, and to its end, through received funds only (AP-1.28)', () => {
    const unfunded = new Set<Phase>(['screening', 'awaitingFunds'])
    for (const phase of unfunded) {
      for (const [happening, next] of Object.entries(lifecycle[phase]) as [Happening, Phase][]) {
        if (happening !== 'fundsReceived') unfunded.add(next)
      }
    }
    expect([...unfunded].filter((phase) => holdsFunds(phase) || phase === 'completed')).toEqual([])
    expect(unfunded).toContain('expired')
  })

  it('reaches every phase from the openings', () => {
    const reached = new Set<Phase>(['screening', 'awaitingFunds'])
    for (const phase of reached) {
      for (const next of Object.values(lifecycle[phase]) as Phase[]) reached.add(next)
    }
    expect([...reached].toSorted()).toEqual(phases.toSorted())
  })

  it('leads from each phase, by what may happen there, to these and no others (AP-1.28)', () => {
    const wanted = ['awaitingPayoutCustomerInfo', 'awaitingPayoutTransactionInfo'] as const
    const [ofCustomer, ofTransaction] = wanted
    const steps = (happening: Happening) =>
      phases.flatMap((phase) => {
        const next = nextPhase(phase, happening)
        return next === undefined ? [] : [`${phase} ${next}`]
      })
    const unfunded = ['screening', 'awaitingInfo', 'awaitingFunds']
    const paid = ['payingOut', 'settling']
    const toOne = (from: readonly string[], to: Phase) => from.map((phase) => `${phase} ${to}`)
    expect(steps('cleared')).toEqual(['screening awaitingFunds'])
    expect(steps('infoMissing')).toEqual(['screening awaitingInfo'])
    expect(steps('declined')).toEqual(toOne(unfunded, 'failed'))
    expect(steps('lapsed')).toEqual(toOne(unfunded, 'expired'))
    expect(steps('fundsReceived')).toEqual(['awaitingFunds payingOut'])
    expect(steps('payoutAccepted')).toEqual(['payingOut settling'])
    expect(steps('payoutReturned')).toEqual(['settling payingOut'])
    expect(steps('payoutDelivered')).toEqual(toOne(paid, 'completed'))
    expect(steps('customerInfoWanted')).toEqual(toOne(paid, ofCustomer))
    expect(steps('transactionInfoWanted')).toEqual(toOne(paid, ofTransaction))
    expect(steps('infoReceived')).toEqual(['awaitingInfo screening', ...toOne(wanted, 'payingOut')])
  })

  it('has no happening called by a name that objects inherit', () => {
    expect(nextPhase('completed', 'toString' as Happening)).toBeUndefined()
  })

  /** Section 3 of the list; `pending_stellar` and `refunded` belong to refunds, which are not there yet. */
  const allowed: Readonly<Record<string, readonly string[]>> = {
    pending_sender: ['pending_receiver', 'expired', 'error'],
    pending_receiver: [
      'pending_sender',
      'pending_external',
      'completed',
      'pending_customer_info_update',
      'pending_transaction_info_update',
      'expired',
      'error',
    ],
    pending_customer_info_update: ['pending_receiver', 'expired', 'error'],
    pending_transaction_info_update: ['pending_receiver', 'error'],
    pending_external: [
      'completed',
      'pending_receiver',
      'pending_customer_info_update',
      'pending_transaction_info_update',
      'error',
    ],
    completed: [],
    expired: [],
    error: [],
  }

  it('shows the sending anchor no step that the status table of SEP-31 does not have', () => {
    for (const phase of phases) {
      for (const next of Object.values(lifecycle[phase]) as Phase[]) {
        expect(allowed[sepStatus[phase]], `${phase} to ${next}`).toContain(sepStatus[next])
      }
    }
  })
})
