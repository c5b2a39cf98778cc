import { xdr } from '@stellar/stellar-sdk'
import { accountIdOf } from '../account-id.ts'
import { availableBalance } from '../balance.ts'
import type { AccountEntry } from '../entries.ts'
import { accountIn, createEntry } from '../reserve.ts'
import { done, reserveResult, type BodyOf, type OperationRule } from './operation-rule.ts'

const result = (value: xdr.CreateAccountResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.createAccount(value))

/** SBX-39. */
export const createAccount: OperationRule<BodyOf<'createAccount'>> = {
  threshold: 'medium',
  success: result(xdr.CreateAccountResult.createAccountSuccess()),
  check({ createAccountOp: { destination, startingBalance } }, source) {
    if (startingBalance >= 0n && accountIdOf(destination) !== source) return undefined
    return result(xdr.CreateAccountResult.createAccountMalformed())
  },
  apply({ createAccountOp }, { state, source, sponsorships }) {
    const id = accountIdOf(createAccountOp.destination)
    const balance = createAccountOp.startingBalance
    if (state.account(id) !== undefined) {
      return result(xdr.CreateAccountResult.createAccountAlreadyExist())
    }
    const entry = newAccount(id, balance, BigInt(state.circumstances.sequence) << 32n)
    const refusal = createEntry(state, { entry, owner: id, sponsorships })
    if (refusal !== undefined) {
      return reserveResult(refusal, result(xdr.CreateAccountResult.createAccountLowReserve()))
    }
    const payer = accountIn(state, source)
    if (availableBalance(payer, state.circumstances.baseReserve) < balance) {
      return result(xdr.CreateAccountResult.createAccountUnderfunded())
    }
    state.put({ ...payer, balance: payer.balance - balance })
    return createAccount.success
  },
}

export function newAccount(id: string, balance: bigint, sequence: bigint): AccountEntry {
  return {
    type: 'account',
    id,
    balance,
    sequence,
    sequenceLedger: 0,
    sequenceTime: 0n,
    subentries: 0,
    flags: 0,
    thresholds: { master: 1, low: 0, medium: 0, high: 0 },
    signers: [],
    homeDomain: '',
    liabilities: { buying: 0n, selling: 0n },
    sponsoring: 0,
    sponsored: 0,
    lastModifiedLedger: 0,
  }
}
