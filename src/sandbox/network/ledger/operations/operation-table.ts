import type { xdr } from '@stellar/stellar-sdk'
import { changeTrust } from './change-trust.ts'
import { createAccount } from './create-account.ts'
import type { BodyOf, OperationRule, ThresholdLevel } from './operation-rule.ts'
import { payment } from './payment.ts'
import { setOptions } from './set-options.ts'

type Rules = { readonly [Type in xdr.OperationBody['type']]?: OperationRule<BodyOf<Type>> }

/** Every operation this network knows; the others are refused at admission (SBX-53). */
const rules: Rules = {
  createAccount,
  payment,
  changeTrust,
  setOptions,
}

/** The rule of a body's own type. */
export const ruleFor = (body: xdr.OperationBody): OperationRule<xdr.OperationBody> | undefined =>
  rules[body.type] as OperationRule<xdr.OperationBody> | undefined

/** SBX-24. */
export function thresholdOf(body: xdr.OperationBody): ThresholdLevel {
  const threshold = ruleFor(body)?.threshold ?? 'medium'
  return typeof threshold === 'function' ? threshold(body) : threshold
}
