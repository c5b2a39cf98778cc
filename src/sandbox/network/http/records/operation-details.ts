import type { xdr } from '@stellar/stellar-sdk'
import {
  accountAddress,
  claimableBalanceId,
  namedAccount,
  signerAddress,
} from '../../history/addresses.ts'
import { amountWords, assetKeyOf, assetWords, codeOf } from '../../history/assets.ts'
import { byOperation } from '../../history/by-operation.ts'
import type { ByOperation } from '../../history/by-operation.ts'
import { ACCOUNT_FLAGS, flagLists, TRUST_LINE_FLAGS } from '../../history/flag-words.ts'
import { offerDetails } from './offer-details.ts'
import { pathPaymentDetails } from './path-payment-details.ts'
import { sentPredicateWords } from '../../history/predicate-words.ts'
import { muxedField } from '../../history/read-operation.ts'
import type { ReadOperation } from '../../history/read-operation.ts'
import { beginnerWords, revokedWords } from './sponsorship-details.ts'

const DETAILS: ByOperation<[ReadOperation], object> = {
  createAccount: ({ value }, read) => createAccountDetails(value, read),
  payment: ({ value }, read) => paymentDetails(value, read),
  pathPaymentStrictReceive: pathPaymentDetails,
  pathPaymentStrictSend: pathPaymentDetails,
  manageSellOffer: offerDetails,
  manageBuyOffer: offerDetails,
  createPassiveSellOffer: offerDetails,
  accountMerge: ({ destination }, read) => mergeDetails(destination, read),
  setOptions: ({ value }) => setOptionsDetails(value),
  changeTrust: ({ value }, read) => changeTrustDetails(value, read),
  allowTrust: ({ value }, read) => allowTrustDetails(value, read),
  setTrustLineFlags: ({ value }) => trustLineFlagsDetails(value),
  manageData: ({ value }) => manageDataDetails(value),
  bumpSequence: ({ value }) => ({ bump_to: value.bumpTo.toString() }),
  createClaimableBalance: ({ value }) => claimableBalanceDetails(value),
  claimClaimableBalance: ({ value }, read) => claimDetails(value, read),
  beginSponsoringFutureReserves: ({ value }) => ({
    sponsored_id: accountAddress(value.sponsoredId),
  }),
  endSponsoringFutureReserves: (_, read) => beginnerWords(read),
  revokeSponsorship: ({ revokeSponsorshipOp }) => revokedWords(revokeSponsorshipOp),
  clawback: ({ value }) => clawbackDetails(value),
  clawbackClaimableBalance: ({ value }) => ({ balance_id: claimableBalanceId(value.balanceId) }),
}

/** The fields that only one type of operation has (section 11.4). */
export function operationDetails(read: ReadOperation): object {
  return byOperation(DETAILS, read.body, read) ?? {}
}

function clawbackDetails(operation: xdr.ClawbackOp): object {
  const from = namedAccount(operation.from)
  return {
    ...assetWords(assetKeyOf(operation.asset)),
    from: from.account,
    ...muxedField('from', from),
    amount: amountWords(operation.amount),
  }
}

function createAccountDetails(operation: xdr.CreateAccountOp, { source }: ReadOperation): object {
  return {
    starting_balance: amountWords(operation.startingBalance),
    funder: source.account,
    ...muxedField('funder', source),
    account: accountAddress(operation.destination),
  }
}

function paymentDetails(operation: xdr.PaymentOp, { source }: ReadOperation): object {
  const to = namedAccount(operation.destination)
  return {
    ...assetWords(assetKeyOf(operation.asset)),
    from: source.account,
    ...muxedField('from', source),
    to: to.account,
    ...muxedField('to', to),
    amount: amountWords(operation.amount),
  }
}

/** The amount is in the effects and in the result only. */
function mergeDetails(destination: xdr.MuxedAccount, { source }: ReadOperation): object {
  const into = namedAccount(destination)
  return {
    account: source.account,
    ...muxedField('account', source),
    into: into.account,
    ...muxedField('into', into),
  }
}

const SET_OPTIONS_NUMBERS = [
  ['masterWeight', 'master_key_weight'],
  ['lowThreshold', 'low_threshold'],
  ['medThreshold', 'med_threshold'],
  ['highThreshold', 'high_threshold'],
] as const

/** Only what was given. */
function setOptionsDetails(operation: xdr.SetOptionsOp): object {
  const { homeDomain, inflationDest, signer } = operation
  const numbers = SET_OPTIONS_NUMBERS.flatMap(([from, to]) =>
    operation[from] === null ? [] : [[to, operation[from]] as const],
  )
  return {
    ...(homeDomain === null ? {} : { home_domain: Buffer.from(homeDomain.bytes).toString() }),
    ...(inflationDest === null ? {} : { inflation_dest: accountAddress(inflationDest) }),
    ...Object.fromEntries(numbers),
    ...(signer === null
      ? {}
      : { signer_key: signerAddress(signer.key), signer_weight: signer.weight }),
    ...flagLists('set_flags', operation.setFlags, ACCOUNT_FLAGS),
    ...flagLists('clear_flags', operation.clearFlags, ACCOUNT_FLAGS),
  }
}

function changeTrustDetails({ line, limit }: xdr.ChangeTrustOp, { source }: ReadOperation): object {
  const trustor = {
    limit: amountWords(limit),
    trustor: source.account,
    ...muxedField('trustor', source),
  }
  if (line.type === 'assetTypePoolShare') {
    return { asset_type: 'liquidity_pool_shares', ...trustor }
  }
  const words = assetWords(assetKeyOf(line))
  return {
    ...words,
    ...(words.asset_type === 'native' ? {} : { trustee: words.asset_issuer }),
    ...trustor,
  }
}

function allowTrustDetails(operation: xdr.AllowTrustOp, { source }: ReadOperation): object {
  const { asset } = operation
  const code =
    asset.type === 'assetTypeCreditAlphanum4' ? asset.assetCode4.value : asset.assetCode12.value
  return {
    ...assetWords(`${codeOf(code)}:${source.account}`),
    trustee: source.account,
    ...muxedField('trustee', source),
    trustor: accountAddress(operation.trustor),
    authorize: (operation.authorize & 1) !== 0,
    authorize_to_maintain_liabilities: (operation.authorize & 2) !== 0,
  }
}

function trustLineFlagsDetails(operation: xdr.SetTrustLineFlagsOp): object {
  return {
    ...assetWords(assetKeyOf(operation.asset)),
    trustor: accountAddress(operation.trustor),
    ...flagLists('set_flags', operation.setFlags, TRUST_LINE_FLAGS),
    ...flagLists('clear_flags', operation.clearFlags, TRUST_LINE_FLAGS),
  }
}

function manageDataDetails({ dataName, dataValue }: xdr.ManageDataOp): object {
  return {
    name: Buffer.from(dataName.bytes).toString(),
    value: dataValue === null ? '' : Buffer.from(dataValue.value).toString('base64'),
  }
}

function claimableBalanceDetails(operation: xdr.CreateClaimableBalanceOp): object {
  return {
    asset: assetKeyOf(operation.asset),
    amount: amountWords(operation.amount),
    claimants: operation.claimants.map(({ v0 }) => ({
      destination: accountAddress(v0.destination),
      predicate: sentPredicateWords(v0.predicate),
    })),
  }
}

function claimDetails(operation: xdr.ClaimClaimableBalanceOp, { source }: ReadOperation): object {
  return {
    balance_id: claimableBalanceId(operation.balanceId),
    claimant: source.account,
    ...muxedField('claimant', source),
  }
}
