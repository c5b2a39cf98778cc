import type { xdr } from '@stellar/stellar-sdk'
import { accountMerge } from './account-merge.ts'
import { allowTrust } from './allow-trust.ts'
import { bumpSequence } from './bump-sequence.ts'
import { changeTrust } from './change-trust.ts'
import { claimClaimableBalance } from './claim-claimable-balance.ts'
import { clawback } from './clawback.ts'
import { clawbackClaimableBalance } from './clawback-claimable-balance.ts'
import { createAccount } from './create-account.ts'
import { createClaimableBalance } from './create-claimable-balance.ts'
import { manageBuyOffer } from './manage-buy-offer.ts'
import { manageData } from './manage-data.ts'
import { createPassiveSellOffer, manageSellOffer } from './manage-sell-offer.ts'
import type { BodyOf, OperationRule, ThresholdLevel } from './operation-rule.ts'
import { pathPaymentStrictReceive } from './path-payment-strict-receive.ts'
import { pathPaymentStrictSend } from './path-payment-strict-send.ts'
import { payment } from './payment.ts'
import { revokeSponsorship } from './revoke-sponsorship.ts'
import { setOptions } from './set-options.ts'
import { setTrustLineFlags } from './set-trust-line-flags.ts'
import { beginSponsoringFutureReserves, endSponsoringFutureReserves } from './sponsoring.ts'

type Rules = { readonly [Type in xdr.OperationBody['type']]?: OperationRule<BodyOf<Type>> }

/** Every operation this network knows; the others are refused at admission (SBX-53). */
const rules: Rules = {
  accountMerge,
  allowTrust,
  beginSponsoringFutureReserves,
  bumpSequence,
  changeTrust,
  claimClaimableBalance,
  clawback,
  clawbackClaimableBalance,
  createAccount,
  createClaimableBalance,
  endSponsoringFutureReserves,
  createPassiveSellOffer,
  manageBuyOffer,
  manageData,
  manageSellOffer,
  pathPaymentStrictReceive,
  pathPaymentStrictSend,
  payment,
  revokeSponsorship,
  setOptions,
  setTrustLineFlags,
}

/** The rule of a body's own type. */
export const ruleFor = (body: xdr.OperationBody): OperationRule<xdr.OperationBody> | undefined =>
  rules[body.type] as OperationRule<xdr.OperationBody> | undefined

/** SBX-24. */
export function thresholdOf(body: xdr.OperationBody): ThresholdLevel {
  // signatures are weighed before it is seen that there is no inflation any more
  const threshold = ruleFor(body)?.threshold ?? (body.type === 'inflation' ? 'low' : 'medium')
  return typeof threshold === 'function' ? threshold(body) : threshold
}
