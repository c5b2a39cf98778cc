import { payoutFieldOwners } from './payout-order.ts'
import type { PayoutFieldOwner, PayoutOrder } from './payout-order.ts'

/**
 * The last six digits of an account number choose what becomes of the payout, as the test cards of
 * card processors do. The documentation (docs/sandbox-bank.md), the tests and the demo use this table.
 */
export const magicEndings = {
  delivered: '990001',
  deliveredLater: '990002',
  pendingUntilTold: '990003',
  fieldRejected: '990004',
  unknownButDone: '990005',
  unknownNotDone: '990006',
  returnedLater: '990007',
  unavailableTwice: '990008',
  accountClosed: '990009',
} as const satisfies Record<string, string>

export type MagicOutcome = keyof typeof magicEndings

/** A ready-made number for every outcome: ten digits, long enough for most validations. */
export const magicAccountNumbers = {
  delivered: '1000990001',
  deliveredLater: '1000990002',
  pendingUntilTold: '1000990003',
  fieldRejected: '1000990004',
  unknownButDone: '1000990005',
  unknownNotDone: '1000990006',
  returnedLater: '1000990007',
  unavailableTwice: '1000990008',
  accountClosed: '1000990009',
} as const satisfies Record<MagicOutcome, string>

/** Where the money goes, by the first of these that is given; what one payment says comes before what the customer record says. */
const accountFields = {
  transaction: ['account_number', 'receiver_account_number', 'bank_account_number', 'iban'],
  receiver: [
    'bank_account_number',
    'organization.bank_account_number',
    'iban',
    'clabe_number',
    'organization.clabe_number',
    'cbu_number',
    'organization.cbu_number',
    'cbu_alias',
    'mobile_money_number',
    'organization.mobile_money_number',
  ],
} as const satisfies Partial<Record<PayoutFieldOwner, readonly string[]>>

const transactionOnly = ['clabe_number', 'cbu_number', 'mobile_money_number']

/** The account to be credited, or undefined when the order names none. */
export function accountOf(order: PayoutOrder): string | undefined {
  const named = [
    ...[...accountFields.transaction, ...transactionOnly].map(
      (name) => order.fields.transaction[name],
    ),
    ...accountFields.receiver.map((name) => order.fields.receiver[name]),
  ]
  return named.map((value) => value?.replaceAll(/[\s-]/g, '')).find((value) => value)
}

/**
 * The outcome that a number asks for. A CLABE, a CBU or a US routing number ends in a check digit that
 * nobody can choose, so one digit may follow the ending.
 */
export function magicOutcome(accountNumber: string): MagicOutcome | undefined {
  const digits = accountNumber.replaceAll(/[\s-]/g, '')
  const outcomes = Object.entries(magicEndings) as [MagicOutcome, string][] // keys of the table above
  return outcomes.find(
    ([, ending]) => digits.endsWith(ending) || digits.slice(0, -1).endsWith(ending),
  )?.[0]
}

/** Every field whose value asks to be rejected: the field that carries the number is the one named. */
export function fieldsToReject(
  order: PayoutOrder,
): readonly { owner: PayoutFieldOwner; name: string }[] {
  return payoutFieldOwners.flatMap((owner) =>
    Object.entries(order.fields[owner])
      .filter(([name, value]) => isNumberField(name) && magicOutcome(value) === 'fieldRejected')
      .map(([name]) => ({ owner, name })),
  )
}

const isNumberField = (name: string): boolean => /(_number|iban|cbu_alias|tax_id)$/.test(name)
