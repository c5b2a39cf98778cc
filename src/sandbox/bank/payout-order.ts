import { createHash } from 'node:crypto'

export const payoutFieldOwners = ['receiver', 'sender', 'transaction'] as const
export type PayoutFieldOwner = (typeof payoutFieldOwners)[number]

/** An order as the bank understood it. `units` counts the currency's smallest unit. */
export interface PayoutOrder {
  readonly transactionId: string
  readonly currency: string
  readonly units: bigint
  readonly method: string
  readonly reference: string
  readonly fields: Readonly<Record<PayoutFieldOwner, Readonly<Record<string, string>>>>
  /** SHA-256 over what the order says, however its JSON was laid out; tells a repeat from another order. */
  readonly digest: string
}

/** The order, or a sentence that says what is wrong with the body. */
export type OrderReading =
  | { readonly ok: true; readonly order: PayoutOrder }
  | { readonly ok: false; readonly fault: string }

const wireNames = {
  receiver: 'receiver',
  sender: 'sender',
  transaction: 'transaction_fields',
} as const
const textLengthsMax = { transaction_id: 128, method: 64, reference: 140 } as const
const fieldsMax = 100
const fieldLengthMax = 2000

class MalformedOrder extends Error {}

/** Reads the JSON body of POST /payouts. */
export function readOrder(body: Uint8Array): OrderReading {
  try {
    return { ok: true, order: orderFrom(parseObject(body)) }
  } catch (error) {
    if (error instanceof MalformedOrder) return { ok: false, fault: error.message }
    throw error
  }
}

function orderFrom(json: Record<string, unknown>): PayoutOrder {
  const amount = objectIn(json, 'amount')
  const currency = currencyIn(amount)
  const said = {
    transactionId: textIn(json, 'transaction_id'),
    currency,
    units: unitsIn(amount, currency),
    method: textIn(json, 'method'),
    reference: textIn(json, 'reference'),
    fields: {
      receiver: fieldsIn(json, 'receiver'),
      sender: fieldsIn(json, 'sender'),
      transaction: fieldsIn(json, 'transaction'),
    },
  }
  return { ...said, digest: digestOf(said) }
}

function digestOf(order: Omit<PayoutOrder, 'digest'>): string {
  const sorted = payoutFieldOwners.map((owner) =>
    Object.entries(order.fields[owner]).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
  const { transactionId, currency, units, method, reference } = order
  const said = [transactionId, currency, units.toString(), method, reference, sorted]
  return createHash('sha256').update(JSON.stringify(said)).digest('hex')
}

function parseObject(body: Uint8Array): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new MalformedOrder('The body is not JSON in UTF-8.')
  }
  if (!isObject(json)) throw new MalformedOrder('The body has to be a JSON object.')
  return json
}

function objectIn(json: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = json[name]
  if (!isObject(value)) throw new MalformedOrder(`${name} has to be a JSON object.`)
  return value
}

function textIn(json: Record<string, unknown>, name: keyof typeof textLengthsMax): string {
  const value = json[name]
  const lengthMax = textLengthsMax[name]
  if (typeof value !== 'string' || value.length === 0 || value.length > lengthMax) {
    throw new MalformedOrder(`${name} has to be a text of 1 to ${lengthMax} characters.`)
  }
  return value
}

function currencyIn(amount: Record<string, unknown>): string {
  const { currency } = amount
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) {
    throw new MalformedOrder('amount.currency has to be an ISO 4217 code such as "USD".')
  }
  return currency
}

function unitsIn(amount: Record<string, unknown>, currency: string): bigint {
  const { value } = amount
  const digits = decimalsOf(currency)
  const match = typeof value === 'string' ? /^(\d{1,15})(?:\.(\d{1,18}))?$/.exec(value) : null
  if (match === null) {
    throw new MalformedOrder(
      'amount.value has to be a decimal number in a string, such as "10.50".',
    )
  }
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  if (fraction.length > digits) {
    throw new MalformedOrder(`amount.value has more than the ${digits} decimals of ${currency}.`)
  }
  const units = BigInt((match[1] ?? '') + fraction.padEnd(digits, '0'))
  if (units === 0n) throw new MalformedOrder('amount.value has to be above zero.')
  return units
}

function fieldsIn(
  json: Record<string, unknown>,
  owner: PayoutFieldOwner,
): Readonly<Record<string, string>> {
  const wireName = wireNames[owner]
  const given = Object.entries(objectIn(json, wireName))
  if (given.length > fieldsMax) {
    throw new MalformedOrder(`${wireName} has more than ${fieldsMax} fields.`)
  }
  const bad = given.find(([, value]) => typeof value !== 'string' || value.length > fieldLengthMax)
  if (bad !== undefined) {
    throw new MalformedOrder(
      `${wireName}.${bad[0]} has to be a text of at most ${fieldLengthMax} characters.`,
    )
  }
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
}

/** Decimals of a currency by ISO 4217, as ECMA-402 knows them. */
export function decimalsOf(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.resolvedOptions().maximumFractionDigits ?? 2
}

/** Units as the decimal string of the wire, with all decimals of the currency. */
export function writeUnits(units: bigint, currency: string): string {
  const digits = decimalsOf(currency)
  if (digits === 0) return units.toString()
  const magnitude = (units < 0n ? -units : units).toString().padStart(digits + 1, '0')
  return `${units < 0n ? '-' : ''}${magnitude.slice(0, -digits)}.${magnitude.slice(-digits)}`
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
