import { Field, ObjectType, createUnionType } from 'type-graphql'
import { formatUnits, stellarDecimals } from '../../domain/money/amount.ts'
import type {
  OpenRefusal,
  OpenedTransaction,
} from '../../usecases/transactions/open-transaction.ts'
import { Refusal } from '../refusal.ts'
import { TransactionNode, writeTransaction } from './transaction.type.ts'

@ObjectType('OpenedTransaction', {
  description: 'The transaction, ready or waiting for its customers.',
})
export class OpenedTransactionNode {
  @Field(() => TransactionNode, { description: 'As it stands now.' })
  transaction!: TransactionNode

  @Field(() => Boolean, { description: 'Whether an earlier call with this key opened it.' })
  isReplay!: boolean
}

@ObjectType({
  implements: Refusal,
  description: 'An argument cannot be used; the message says what to mend.',
})
export class InputRefused extends Refusal {
  @Field(() => String, { description: 'Name of the argument.' })
  argument!: string
}

@ObjectType({
  implements: Refusal,
  description: 'A customer has to be registered or completed by SEP-12 first.',
})
export class CustomerInfoNeeded extends Refusal {
  @Field(() => String, { description: '`sender` or `receiver`.' })
  side!: string

  @Field(() => String, {
    nullable: true,
    description: 'SEP-12 type to complete; absent when nothing can be done.',
  })
  customerType!: string | null
}

@ObjectType({ implements: Refusal, description: 'Per-payment fields are missing.' })
export class TransactionInfoNeeded extends Refusal {
  @Field(() => [String], { description: 'Names of the missing fields.' })
  missing!: string[]
}

@ObjectType({ implements: Refusal, description: 'The key was used before with another input.' })
export class IdempotencyKeyReused extends Refusal {}

export const OpenTransactionResult = createUnionType({
  name: 'OpenTransactionResult',
  description: 'The transaction, or why it was not opened.',
  types: () =>
    [
      OpenedTransactionNode,
      InputRefused,
      CustomerInfoNeeded,
      TransactionInfoNeeded,
      IdempotencyKeyReused,
    ] as const,
  resolveType: (value) => {
    if ('transaction' in value) return OpenedTransactionNode
    if ('argument' in value) return InputRefused
    if ('side' in value) return CustomerInfoNeeded
    return 'missing' in value ? TransactionInfoNeeded : IdempotencyKeyReused
  },
})

export const writeOpened = ({
  transaction,
  isReplay,
}: OpenedTransaction): OpenedTransactionNode => ({
  transaction: writeTransaction(transaction),
  isReplay,
})

const amount = (units: bigint) => formatUnits(units, stellarDecimals)

const bounds = (minUnits: bigint | undefined, maxUnits: bigint) =>
  minUnits === undefined
    ? `at most ${amount(maxUnits)}`
    : `between ${amount(minUnits)} and ${amount(maxUnits)}`

/** Every refusal has its words; a new code does not compile until it has some. */
export function writeOpenRefusal(
  refusal: OpenRefusal,
): InputRefused | CustomerInfoNeeded | TransactionInfoNeeded | IdempotencyKeyReused {
  const { code } = refusal
  if (code === 'idempotency_key_reused') {
    return { code, message: 'This key was used for another request; take a new one' }
  }
  if (code === 'transaction_info_needed') {
    const missing = Object.keys(refusal.missing)
    return { code, message: `Give ${missing.join(', ')} in \`fields\``, missing }
  }
  if (code === 'customer_info_needed' || code === 'customer_rejected') {
    return writePartyRefusal(refusal)
  }
  return writeInputRefusal(refusal)
}

type PartyRefusal = Extract<OpenRefusal, { code: 'customer_info_needed' | 'customer_rejected' }>

const writePartyRefusal = (refusal: PartyRefusal): CustomerInfoNeeded =>
  refusal.code === 'customer_rejected'
    ? {
        code: refusal.code,
        message: `The ${refusal.side} was rejected`,
        side: refusal.side,
        customerType: null,
      }
    : {
        code: refusal.code,
        message: `Complete the ${refusal.side} by SEP-12 with type ${refusal.type}`,
        side: refusal.side,
        customerType: refusal.type,
      }

type InputRefusal = Exclude<
  OpenRefusal,
  PartyRefusal | { code: 'idempotency_key_reused' | 'transaction_info_needed' }
>

type InputWords = {
  readonly [Code in InputRefusal['code']]: (
    refusal: Extract<InputRefusal, { code: Code }>,
  ) => readonly [argument: string, message: string]
}

const inputWords: InputWords = {
  asset_unknown: ({ known }) => ['assetCode', `We receive ${known.join(', ')}`],
  asset_issuer_unknown: ({ issuer }) => [
    'assetIssuer',
    `We receive this asset of ${issuer ?? 'the network itself'}`,
  ],
  quotes_not_supported: () => ['quoteId', 'Quotes are not offered yet'],
  destination_asset_unknown: ({ deliverable }) => ['destinationAsset', `We deliver ${deliverable}`],
  amount_malformed: () => ['amount', 'A positive plain decimal, e.g. "12.5"'],
  amount_too_precise: () => ['amount', `At most ${stellarDecimals} decimals`],
  amount_out_of_bounds: ({ minUnits, maxUnits }) => [
    'amount',
    `The amount has to be ${bounds(minUnits, maxUnits)}`,
  ],
  amount_below_fee: ({ feeUnits }) => ['amount', `The fee alone is ${amount(feeUnits)}`],
  funding_method_unknown: ({ methods }) => ['fundingMethod', `We pay out by ${methods.join(', ')}`],
  refund_memo_incomplete: () => ['refundMemo', 'A refund memo needs a type and a value'],
  refund_memo_malformed: () => ['refundMemo', 'The value does not fit its type: id, text or hash'],
  field_not_among_choices: ({ field, choices }) => [
    `fields.${field}`,
    `One of ${choices.join(', ')}`,
  ],
}

function writeInputRefusal(refusal: InputRefusal): InputRefused {
  // the entry for a code takes the refusal of that code, which an indexed call cannot say
  const words = inputWords[refusal.code] as (refusal: InputRefusal) => readonly [string, string]
  const [argument, message] = words(refusal)
  return { code: refusal.code, message, argument }
}
