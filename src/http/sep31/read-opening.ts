import type { Outcome } from '../../domain/outcome.ts'
import { accepted } from '../../domain/outcome.ts'
import type { OpeningRequest } from '../../domain/transaction/terms.ts'
import type { JsonObject, ReadObject, Unreadable } from './read-json.ts'
import { malformedBody, readFields, readText } from './read-json.ts'

/** Optional texts of the body by their name in the request. */
const texts = {
  assetIssuer: 'asset_issuer',
  destinationAsset: 'destination_asset',
  quoteId: 'quote_id',
  fundingMethod: 'funding_method',
  senderId: 'sender_id',
  receiverId: 'receiver_id',
  refundMemo: 'refund_memo',
  refundMemoType: 'refund_memo_type',
} as const satisfies Partial<Record<keyof OpeningRequest, string>>

/** SEP-31 POST Transactions: forms only; unknown keys are let be (SEP31-30). */
export function readOpening({ value, text }: ReadObject): Outcome<OpeningRequest, Unreadable> {
  const amount = readAmount(value, text)
  if (!amount.ok) return amount
  const assetCode = readText(value['asset_code'], 'asset_code')
  if (!assetCode.ok) return assetCode
  if (assetCode.value === undefined) {
    return malformedBody('asset_code is missing: name an asset of /info')
  }
  const optional = readTexts(value)
  if (!optional.ok) return optional
  const fields = readFields(value['fields'])
  if (!fields.ok) return fields
  return accepted({
    amount: amount.value,
    assetCode: assetCode.value,
    ...optional.value,
    ...(typeof value['lang'] === 'string' && { language: value['lang'] }),
    fields: fields.value ?? {},
  })
}

function readTexts(
  value: JsonObject,
): Outcome<Partial<Record<keyof typeof texts, string>>, Unreadable> {
  const read: Partial<Record<keyof typeof texts, string>> = {}
  for (const [name, key] of Object.entries(texts) as [keyof typeof texts, string][]) {
    const found = readText(value[key], key)
    if (!found.ok) return found
    if (found.value !== undefined) read[name] = found.value
  }
  return accepted(read)
}

export const amountLengthMax = 50

function readAmount(value: JsonObject, text: string): Outcome<string, Unreadable> {
  const { amount } = value
  const source = typeof amount === 'number' ? sourceOfAmount(text) : amount
  if (source === undefined || source === null || source === '') {
    return malformedBody('amount is missing: send the amount of the Stellar asset')
  }
  if (typeof source !== 'string') return malformedBody('amount must be a number')
  return source.length <= amountLengthMax
    ? accepted(source)
    : malformedBody(`amount may have at most ${amountLengthMax} characters`)
}

/** A number as it is written in the body. */
class NumberSource {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

const keepAmountSource: Reviver = (key, value, { source }) =>
  key === 'amount' && source !== undefined ? new NumberSource(source) : value

/**
 * `amount` is a JSON number, and money must not pass through a JavaScript number: its source text is
 * taken instead. The third argument of a reviver is in the language since ES2026; the types lack it.
 */
function sourceOfAmount(text: string): string | undefined {
  const parsed = JSON.parse(text, keepAmountSource as (key: string, value: unknown) => unknown) as {
    readonly amount?: unknown
  }
  return parsed.amount instanceof NumberSource ? parsed.amount.text : undefined
}
