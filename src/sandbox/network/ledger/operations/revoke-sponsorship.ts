import { xdr } from '@stellar/stellar-sdk'
import { accountIdOf } from '../account-id.ts'
import { changeSigner } from '../account-signers.ts'
import { assetKeyOf, isValidAsset, issuerOf } from '../asset.ts'
import type { Entry, EntryKey } from '../entries.ts'
import {
  accountIn,
  canPay,
  changeCounters,
  reservesOf,
  sponsorRefusal,
  type ReserveRefusal,
} from '../reserve.ts'
import { isEmptyPayload, signerAddress } from '../signer-form.ts'
import type { LedgerState } from '../state.ts'
import { balanceKey } from './create-claimable-balance.ts'
import {
  done,
  reserveResult,
  type BodyOf,
  type OperationRule,
  type Scope,
} from './operation-rule.ts'
import { isPlainText } from './text.ts'

const result = (value: xdr.RevokeSponsorshipResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.revokeSponsorship(value))

const doesNotExist = result(xdr.RevokeSponsorshipResult.revokeSponsorshipDoesNotExist())
const notSponsor = result(xdr.RevokeSponsorshipResult.revokeSponsorshipNotSponsor())
const lowReserve = result(xdr.RevokeSponsorshipResult.revokeSponsorshipLowReserve())

/** SBX-49: ends a sponsorship, or hands it to whoever sponsors the source right now. */
export const revokeSponsorship: OperationRule<BodyOf<'revokeSponsorship'>> = {
  threshold: 'medium',
  success: result(xdr.RevokeSponsorshipResult.revokeSponsorshipSuccess()),
  check({ revokeSponsorshipOp: op }) {
    if (op.type === 'revokeSponsorshipSigner' || isWellFormedKey(op.ledgerKey)) return undefined
    return result(xdr.RevokeSponsorshipResult.revokeSponsorshipMalformed())
  },
  apply({ revokeSponsorshipOp: op }, scope) {
    if (op.type === 'revokeSponsorshipSigner') return revokeSigner(op.signer, scope)
    const key = storedKey(op.ledgerKey)
    const entry = key === undefined ? undefined : scope.state.get(key)
    return entry === undefined ? doesNotExist : revokeEntry(entry, scope)
  },
}

type StoredKey = Extract<
  xdr.LedgerKey,
  { type: 'account' | 'trustline' | 'offer' | 'data' | 'claimableBalance' }
>

const storedTypes: readonly string[] = [
  'account',
  'trustline',
  'offer',
  'data',
  'claimableBalance',
] satisfies readonly StoredKey['type'][]

const isStored = (key: xdr.LedgerKey): key is StoredKey => storedTypes.includes(key.type)

function isWellFormedKey(key: xdr.LedgerKey): boolean {
  if (!isStored(key)) return false
  switch (key.type) {
    case 'account':
    case 'claimableBalance':
      return true
    case 'trustline':
      return isWellFormedLine(key.trustLine)
    case 'offer':
      return key.offer.offerId > 0n
    case 'data':
      return key.data.dataName.length > 0 && isPlainText(key.data.dataName.bytes)
  }
}

function isWellFormedLine({ asset, accountId }: xdr.LedgerKeyTrustLine): boolean {
  const key = assetKeyOf(asset)
  if (key === undefined) return true
  const issuer = issuerOf(key)
  return isValidAsset(asset) && issuer !== undefined && issuer !== accountIdOf(accountId)
}

function storedKey(key: xdr.LedgerKey): EntryKey | undefined {
  if (!isStored(key)) return undefined
  switch (key.type) {
    case 'account':
      return `account|${accountIdOf(key.account.accountId)}`
    case 'claimableBalance':
      return `claimable_balance|${balanceKey(key.claimableBalance.balanceId.v0.value)}`
    case 'trustline':
      return `trustline|${accountIdOf(key.trustLine.accountId)}|${assetKeyOf(key.trustLine.asset)}`
    case 'offer':
      return `offer|${key.offer.offerId}`
    case 'data':
      return `data|${accountIdOf(key.data.accountId)}|${key.data.dataName.toString()}`
  }
}

/** A sponsorship that moves: whose reserve, how much, from whom to whom. */
interface Handover {
  /** The account that pays when nobody sponsors; none for a claimable balance. */
  readonly owner: string | undefined
  readonly reserves: number
  readonly from: string | undefined
  readonly to: string | undefined
}

function ownerOf(entry: Entry): string | undefined {
  switch (entry.type) {
    case 'account':
      return entry.id
    case 'trustline':
    case 'data':
      return entry.account
    case 'offer':
      return entry.seller
    case 'claimable_balance':
      return undefined
  }
}

function revokeEntry(entry: Entry, { state, source, sponsorships }: Scope): xdr.OperationResult {
  const owner = ownerOf(entry)
  if ((entry.sponsor ?? owner) !== source) return notSponsor
  const current = sponsorships.get(source)
  const to = current === owner ? undefined : current
  if (owner === undefined && to === undefined) {
    return result(xdr.RevokeSponsorshipResult.revokeSponsorshipOnlyTransferable())
  }
  const handover = { owner, reserves: reservesOf(entry), from: entry.sponsor, to }
  const refusal = handOver(state, handover)
  if (refusal !== undefined) return reserveResult(refusal, lowReserve)
  const { sponsor: _sponsor, ...stored } = stateOf(state, entry)
  state.put(to === undefined ? stored : { ...stored, sponsor: to })
  return revokeSponsorship.success
}

/** The entry with the counters that the handover may have changed in it. */
const stateOf = (state: LedgerState, entry: Entry): Entry =>
  entry.type === 'account' ? accountIn(state, entry.id) : entry

function revokeSigner(
  { accountId, signerKey }: xdr.RevokeSponsorshipOpSigner,
  { state, source, sponsorships }: Scope,
): xdr.OperationResult {
  if (isEmptyPayload(signerKey)) return doesNotExist
  const owner = accountIdOf(accountId)
  const key = signerAddress(signerKey)
  const signer = state.account(owner)?.signers.find((one) => one.key === key)
  if (signer === undefined) return doesNotExist
  if ((signer.sponsor ?? owner) !== source) return notSponsor
  const current = sponsorships.get(source)
  const to = current === owner ? undefined : current
  const refusal = handOver(state, { owner, reserves: 1, from: signer.sponsor, to })
  if (refusal !== undefined) return reserveResult(refusal, lowReserve)
  changeSigner(state, owner, { key, weight: signer.weight, sponsor: to })
  return revokeSponsorship.success
}

function handOver(
  state: LedgerState,
  { owner, reserves, from, to }: Handover,
): ReserveRefusal | undefined {
  const refusal =
    to === undefined
      ? ownerRefusal(state, { owner, reserves, from, to })
      : sponsorRefusal(state, to, reserves)
  if (refusal !== undefined) return refusal
  if (from !== undefined) changeCounters(state, from, { sponsoring: -reserves })
  if (to !== undefined) changeCounters(state, to, { sponsoring: reserves })
  const sponsored = (to === undefined ? 0 : reserves) - (from === undefined ? 0 : reserves)
  if (owner !== undefined && sponsored !== 0) changeCounters(state, owner, { sponsored })
  return undefined
}

function ownerRefusal(
  state: LedgerState,
  { owner, reserves, from }: Handover,
): ReserveRefusal | undefined {
  if (owner === undefined || from === undefined) return undefined
  const { baseReserve } = state.circumstances
  return canPay(accountIn(state, owner), reserves, baseReserve) ? undefined : 'low_reserve'
}
