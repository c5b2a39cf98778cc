import { parseUnits, stellarDecimals } from '../../domain/money/amount.ts'
import { NetworkUnavailable } from '../../usecases/ports/stellar-network.ts'

/**
 * Strict and quick readers for Horizon's records: a field that is missing or of another form makes the
 * whole page unreadable, so that no operation is passed over.
 */
export type HorizonRecord = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is HorizonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const unreadable = (what: string): NetworkUnavailable =>
  new NetworkUnavailable(`Horizon's answer cannot be read: ${what}`)

export function recordIn(record: HorizonRecord, name: string): HorizonRecord {
  const value = record[name]
  if (!isRecord(value)) throw unreadable(`${name} is no object`)
  return value
}

export function textIn(record: HorizonRecord, name: string): string {
  const value = record[name]
  if (typeof value !== 'string') throw unreadable(`${name} is no text`)
  return value
}

/** Decimal digits of an unsigned 64-bit number; Horizon writes some of them as JSON numbers, too. */
export function digitsIn(record: HorizonRecord, name: string): string {
  const value = record[name]
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? `${value}` : value
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) throw unreadable(`${name} is no number`)
  return text
}

export function unitsIn(record: HorizonRecord, name: string): bigint {
  const units = parseUnits(textIn(record, name), stellarDecimals)
  if (units === undefined) throw unreadable(`${name} is no amount`)
  return units
}

export function dateIn(record: HorizonRecord, name: string): Date {
  const date = new Date(textIn(record, name))
  if (Number.isNaN(date.getTime())) throw unreadable(`${name} is no time`)
  return date
}

export function assetIn(record: HorizonRecord): string {
  return textIn(record, 'asset_type') === 'native'
    ? 'stellar:native'
    : `stellar:${textIn(record, 'asset_code')}:${textIn(record, 'asset_issuer')}`
}

/** The records of a page. */
export function recordsOf(json: unknown): readonly HorizonRecord[] {
  if (!isRecord(json)) throw unreadable('it is no page')
  const { records } = recordIn(json, '_embedded')
  if (!Array.isArray(records) || !records.every(isRecord)) throw unreadable('it has no records')
  return records
}
