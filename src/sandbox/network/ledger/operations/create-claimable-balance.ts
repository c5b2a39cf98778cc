import { StrKey, hash, xdr } from '@stellar/stellar-sdk'
import { accountIdOf } from '../account-id.ts'
import { assetKeyOf, isValidAsset, issuerOf } from '../asset.ts'
import { trustLineFlags } from '../balance.ts'
import type { AssetKey, ClaimableBalanceEntry } from '../entries.ts'
import { hex } from '../envelope.ts'
import { accountIn, createEntry, touchAccount } from '../reserve.ts'
import { accountFlags } from './account-flags.ts'
import { isWellFormed, storedPredicate } from './claim-predicate.ts'
import {
  done,
  reserveResult,
  type BodyOf,
  type OperationRule,
  type Scope,
} from './operation-rule.ts'
import { debit, type DebitRefusal } from './transfer.ts'

const result = (value: xdr.CreateClaimableBalanceResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.createClaimableBalance(value))

const created = (id: Uint8Array): xdr.OperationResult => {
  const balanceId = xdr.ClaimableBalanceId.claimableBalanceIdTypeV0(id)
  return result(xdr.CreateClaimableBalanceResult.createClaimableBalanceSuccess(balanceId))
}

const refusals: Record<DebitRefusal, xdr.OperationResult> = {
  srcNoTrust: result(xdr.CreateClaimableBalanceResult.createClaimableBalanceNoTrust()),
  srcNotAuthorized: result(xdr.CreateClaimableBalanceResult.createClaimableBalanceNotAuthorized()),
  underfunded: result(xdr.CreateClaimableBalanceResult.createClaimableBalanceUnderfunded()),
}

/** The entry allows its issuer to take it back. */
export const clawbackEnabled = 1

/** SBX-47. */
export const createClaimableBalance: OperationRule<BodyOf<'createClaimableBalance'>> = {
  threshold: 'medium',
  success: created(new Uint8Array(32)),
  check({ createClaimableBalanceOp: { asset, amount, claimants } }) {
    const destinations = new Set(claimants.map(({ v0 }) => accountIdOf(v0.destination)))
    const fine =
      isValidAsset(asset) &&
      amount > 0n &&
      claimants.length > 0 &&
      destinations.size === claimants.length &&
      claimants.every(({ v0 }) => isWellFormed(v0.predicate))
    if (fine) return undefined
    return result(xdr.CreateClaimableBalanceResult.createClaimableBalanceMalformed())
  },
  apply({ createClaimableBalanceOp: op }, scope) {
    const { state, source, sponsorships } = scope
    const asset = assetKeyOf(op.asset)
    const refusal = debit(state, { account: source, asset, amount: op.amount })
    if (refusal !== undefined) return refusals[refusal]
    touchAccount(state, source)
    const id = operationHash(scope)
    const entry: ClaimableBalanceEntry = {
      type: 'claimable_balance',
      id: balanceKey(id),
      asset,
      amount: op.amount,
      claimants: op.claimants.map(({ v0 }) => ({
        destination: accountIdOf(v0.destination),
        predicate: storedPredicate(v0.predicate, state.circumstances.closeTime),
      })),
      flags: isClawbackable(scope, asset) ? clawbackEnabled : 0,
      lastModifiedLedger: 0,
    }
    const unpaid = createEntry(state, { entry, owner: source, sponsorships })
    if (unpaid === undefined) return created(id)
    const lowReserve = xdr.CreateClaimableBalanceResult.createClaimableBalanceLowReserve()
    return reserveResult(unpaid, result(lowReserve))
  },
}

/** The id as Horizon prints it: the XDR union in hex. */
export const balanceKey = (id: Uint8Array): string => `00000000${hex(id)}`

function operationHash({ transaction, index }: Scope): Uint8Array {
  const key = StrKey.decodeEd25519PublicKey(transaction.source)
  const operationId = new xdr.HashIdPreimageOperationId({
    sourceAccount: xdr.AccountId.publicKeyTypeEd25519(key),
    seqNum: transaction.sequence,
    opNum: index,
  })
  return hash(xdr.HashIdPreimage.envelopeTypeOpId(operationId).toXdr())
}

function isClawbackable({ state, source }: Scope, asset: AssetKey): boolean {
  if (issuerOf(asset) === source) {
    return (accountIn(state, source).flags & accountFlags.clawback) !== 0
  }
  return ((state.trustLine(source, asset)?.flags ?? 0) & trustLineFlags.clawback) !== 0
}
