import type { xdr } from '@stellar/stellar-sdk'
import {
  accountAddress,
  claimableBalanceId,
  namedAccount,
  signerAddress,
} from '../../history/addresses.ts'
import { assetKeyOf } from '../../history/assets.ts'
import { muxedField } from '../../history/read-operation.ts'
import type { ReadOperation } from '../../history/read-operation.ts'

/** Who began to sponsor the account that ends it: an operation before it in the same transaction. */
export function beginnerWords({ inner, source, stored }: ReadOperation): object {
  const begun = inner.operations
    .slice(0, stored.index)
    .findLast(
      ({ body }) =>
        body.type === 'beginSponsoringFutureReserves' &&
        accountAddress(body.value.sponsoredId) === source.account,
    )
  if (begun === undefined) return {}
  const beginner = namedAccount(begun.sourceAccount ?? inner.sourceAccount)
  return { begin_sponsor: beginner.account, ...muxedField('begin_sponsor', beginner) }
}

/** Which sponsored thing a revoke_sponsorship names. */
export function revokedWords(operation: xdr.RevokeSponsorshipOp): object {
  switch (operation.type) {
    case 'revokeSponsorshipSigner':
      return {
        signer_account_id: accountAddress(operation.signer.accountId),
        signer_key: signerAddress(operation.signer.signerKey),
      }
    case 'revokeSponsorshipLedgerEntry':
      return ledgerKeyWords(operation.ledgerKey)
  }
}

function ledgerKeyWords(key: xdr.LedgerKey): object {
  if (key.type === 'account') return { account_id: accountAddress(key.account.accountId) }
  if (key.type === 'offer') return { offer_id: key.offer.offerId.toString() }
  if (key.type === 'claimableBalance') {
    return { claimable_balance_id: claimableBalanceId(key.claimableBalance.balanceId) }
  }
  if (key.type === 'trustline') {
    const { accountId, asset } = key.trustLine
    return { trustline_account_id: accountAddress(accountId), ...trustLineAsset(asset) }
  }
  if (key.type !== 'data') return {}
  return {
    data_account_id: accountAddress(key.data.accountId),
    data_name: Buffer.from(key.data.dataName.bytes).toString(),
  }
}

function trustLineAsset(asset: xdr.TrustLineAsset): object {
  return asset.type === 'assetTypePoolShare' ? {} : { trustline_asset: assetKeyOf(asset) }
}
