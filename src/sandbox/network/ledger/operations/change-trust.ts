import { xdr } from '@stellar/stellar-sdk'
import { assetKeyOf, issuerOf, isValidAsset } from '../asset.ts'
import { trustLineFlags } from '../balance.ts'
import type { AccountEntry, AssetKey, TrustLineEntry } from '../entries.ts'
import { createEntry, removeEntry } from '../reserve.ts'
import { accountFlags } from './account-flags.ts'
import {
  done,
  reserveResult,
  type BodyOf,
  type OperationRule,
  type Scope,
} from './operation-rule.ts'

const result = (value: xdr.ChangeTrustResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.changeTrust(value))

const malformed = result(xdr.ChangeTrustResult.changeTrustMalformed())
const noIssuer = result(xdr.ChangeTrustResult.changeTrustNoIssuer())
const invalidLimit = result(xdr.ChangeTrustResult.changeTrustInvalidLimit())
const lowReserve = result(xdr.ChangeTrustResult.changeTrustLowReserve())

/** SBX-41; lines of liquidity pools are not supported here (SBX-53). */
export const changeTrust: OperationRule<BodyOf<'changeTrust'>> = {
  threshold: 'medium',
  success: result(xdr.ChangeTrustResult.changeTrustSuccess()),
  check({ changeTrustOp: { line, limit } }, source) {
    const asset = assetKeyOf(line)
    if (asset === undefined) return xdr.OperationResult.opNotSupported()
    const issuer = issuerOf(asset)
    const wrong = limit < 0n || !isValidAsset(line) || issuer === undefined || issuer === source
    return wrong ? malformed : undefined
  },
  apply({ changeTrustOp: { line, limit } }, scope) {
    const asset = assetKeyOf(line)
    if (asset === undefined) return xdr.OperationResult.opNotSupported()
    const existing = scope.state.trustLine(scope.source, asset)
    return existing === undefined
      ? openLine(scope, asset, limit)
      : changeLine(scope, existing, limit)
  },
}

function changeLine({ state, source }: Scope, line: TrustLineEntry, limit: bigint) {
  if (limit < line.balance + line.liabilities.buying) return invalidLimit
  if (limit === 0n) {
    removeEntry(state, line, source)
    return changeTrust.success
  }
  if (issuerAccount(state, line.asset) === undefined) return noIssuer
  state.put({ ...line, limit })
  return changeTrust.success
}

function openLine({ state, source, sponsorships }: Scope, asset: AssetKey, limit: bigint) {
  if (limit === 0n) return invalidLimit
  const issuer = issuerAccount(state, asset)
  if (issuer === undefined) return noIssuer
  const entry: TrustLineEntry = {
    type: 'trustline',
    account: source,
    asset,
    balance: 0n,
    limit,
    flags: firstFlags(issuer),
    liabilities: { buying: 0n, selling: 0n },
    lastModifiedLedger: 0,
  }
  const refusal = createEntry(state, { entry, owner: source, sponsorships })
  return refusal === undefined ? changeTrust.success : reserveResult(refusal, lowReserve)
}

function firstFlags(issuer: AccountEntry): number {
  const authorized = issuer.flags & accountFlags.required ? 0 : trustLineFlags.authorized
  const clawback = issuer.flags & accountFlags.clawback ? trustLineFlags.clawback : 0
  return authorized | clawback
}

function issuerAccount(state: Scope['state'], asset: AssetKey): AccountEntry | undefined {
  const issuer = issuerOf(asset)
  return issuer === undefined ? undefined : state.account(issuer)
}
