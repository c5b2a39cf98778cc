import { xdr } from '@stellar/stellar-sdk'
import { accountIdOf } from '../account-id.ts'
import { addSigner, changeSigner, removeSigner } from '../account-signers.ts'
import type { AccountEntry } from '../entries.ts'
import { accountIn } from '../reserve.ts'
import { isEmptyPayload, signerAddress } from '../signer-form.ts'
import { accountFlags, allAccountFlags } from './account-flags.ts'
import {
  done,
  reserveResult,
  type BodyOf,
  type OperationRule,
  type Scope,
} from './operation-rule.ts'
import { isPlainText } from './text.ts'

const result = (value: xdr.SetOptionsResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.setOptions(value))

const mostSigners = 20
const mostWeight = 255

/** SBX-42. */
export const setOptions: OperationRule<BodyOf<'setOptions'>> = {
  threshold: ({ setOptionsOp }) => (touchesSigning(setOptionsOp) ? 'high' : 'medium'),
  success: result(xdr.SetOptionsResult.setOptionsSuccess()),
  check: ({ setOptionsOp }, source) => staticRefusal(setOptionsOp, source),
  apply({ setOptionsOp: options }, scope) {
    return (
      setInflationDestination(scope, options) ??
      setFlags(scope, options) ??
      setWeights(scope, options) ??
      setSigner(scope, options) ??
      setOptions.success
    )
  },
}

const thresholdsOf = (options: xdr.SetOptionsOp) => [
  options.masterWeight,
  options.lowThreshold,
  options.medThreshold,
  options.highThreshold,
]

const touchesSigning = (options: xdr.SetOptionsOp): boolean =>
  options.signer !== null || thresholdsOf(options).some((value) => value !== null)

function staticRefusal(options: xdr.SetOptionsOp, source: string): xdr.OperationResult | undefined {
  const set = options.setFlags ?? 0
  const clear = options.clearFlags ?? 0
  // Bit patterns of 32 bits: `>>> 0` keeps the highest flag from turning negative.
  if (((set | clear) & ~allAccountFlags) >>> 0 !== 0) {
    return result(xdr.SetOptionsResult.setOptionsUnknownFlag())
  }
  if ((set & clear) !== 0) return result(xdr.SetOptionsResult.setOptionsBadFlags())
  if (thresholdsOf(options).some((value) => (value ?? 0) > mostWeight)) {
    return result(xdr.SetOptionsResult.setOptionsThresholdOutOfRange())
  }
  if (options.signer !== null && isBadSigner(options.signer, source)) {
    return result(xdr.SetOptionsResult.setOptionsBadSigner())
  }
  if (options.homeDomain !== null && !isPlainText(options.homeDomain.bytes)) {
    return result(xdr.SetOptionsResult.setOptionsInvalidHomeDomain())
  }
  return undefined
}

const isBadSigner = ({ key, weight }: xdr.Signer, source: string): boolean =>
  weight > mostWeight || isEmptyPayload(key) || signerAddress(key) === source

function setInflationDestination({ state, source }: Scope, { inflationDest }: xdr.SetOptionsOp) {
  if (inflationDest === null) return undefined
  const inflationDestination = accountIdOf(inflationDest)
  if (state.account(inflationDestination) === undefined) {
    return result(xdr.SetOptionsResult.setOptionsInvalidInflation())
  }
  state.put({ ...accountIn(state, source), inflationDestination })
  return undefined
}

function setFlags({ state, source }: Scope, options: xdr.SetOptionsOp) {
  const set = options.setFlags ?? 0
  const clear = options.clearFlags ?? 0
  const account = accountIn(state, source)
  if (has(account.flags, accountFlags.immutable) && (set | clear) !== 0) {
    return result(xdr.SetOptionsResult.setOptionsCantChange())
  }
  const flags = (account.flags & ~clear) | set
  if (has(flags, accountFlags.clawback) && !has(flags, accountFlags.revocable)) {
    return result(xdr.SetOptionsResult.setOptionsAuthRevocableRequired())
  }
  state.put({ ...account, flags })
  return undefined
}

const has = (flags: number, flag: number): boolean => (flags & flag) !== 0

function setWeights({ state, source }: Scope, options: xdr.SetOptionsOp): undefined {
  const account: AccountEntry = accountIn(state, source)
  const { thresholds } = account
  state.put({
    ...account,
    homeDomain: options.homeDomain?.toString() ?? account.homeDomain,
    thresholds: {
      master: options.masterWeight ?? thresholds.master,
      low: options.lowThreshold ?? thresholds.low,
      medium: options.medThreshold ?? thresholds.medium,
      high: options.highThreshold ?? thresholds.high,
    },
  })
}

function setSigner({ state, source, sponsorships }: Scope, { signer: given }: xdr.SetOptionsOp) {
  if (given === null) return undefined
  const signer = { key: signerAddress(given.key), weight: given.weight }
  if (signer.weight === 0) {
    removeSigner(state, source, signer.key)
    return undefined
  }
  const { signers } = accountIn(state, source)
  const existing = signers.find(({ key }) => key === signer.key)
  if (existing !== undefined) {
    changeSigner(state, source, { ...signer, sponsor: existing.sponsor })
    return undefined
  }
  if (signers.length >= mostSigners) {
    return result(xdr.SetOptionsResult.setOptionsTooManySigners())
  }
  const refusal = addSigner(state, { account: source, signer }, sponsorships)
  if (refusal === undefined) return undefined
  return reserveResult(refusal, result(xdr.SetOptionsResult.setOptionsLowReserve()))
}
