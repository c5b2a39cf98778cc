import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'
import { calendarDay } from './calendar-day.ts'
import { compactAccountNumber, isCbu, isClabe, isIban, looksLikeIban } from './check-digits.ts'
import { countryCode, isTwoLetterCountry } from './countries.ts'
import { isIpAddress } from './ip-address.ts'
import { languageCode } from './languages.ts'

/** The well-known formats that SEP-9 values are written in. */
export type ValueForm =
  | 'text'
  | 'lines'
  | 'country'
  | 'cardCountry'
  | 'language'
  | 'day'
  | 'cardMonth'
  | 'phone'
  | 'email'
  | 'account'
  | 'clabe'
  | 'cbu'
  | 'occupation'
  | 'count'
  | 'ip'
  | 'binary'

/** A value that does not have its form; `wanted` ends the sentence "must be …". */
export type FormRefusal = { readonly code: 'wrong_form'; readonly wanted: string }

interface FormRule {
  readonly wanted: string
  /** The value as it is kept; undefined when it does not have the form. */
  readonly read: (text: string) => string | undefined
}

const when =
  (hasForm: (text: string) => boolean) =>
  (text: string): string | undefined =>
    hasForm(text) ? text : undefined

const rules: Readonly<Record<ValueForm, FormRule>> = {
  text: { wanted: 'text', read: (text) => text },
  lines: { wanted: 'text', read: (text) => text },
  country: { wanted: 'a country code of ISO 3166-1 alpha-3, e.g. DEU', read: countryCode },
  cardCountry: {
    wanted: 'a country code of ISO 3166-1 alpha-2, e.g. DE',
    read: when(isTwoLetterCountry),
  },
  language: { wanted: 'a language code of ISO 639-1, e.g. en', read: languageCode },
  day: { wanted: 'a date that exists, written YYYY-MM-DD', read: calendarDay },
  cardMonth: {
    wanted: 'a year and month written YY-MM, e.g. 29-11',
    read: when((text) => /^\d{2}-(0[1-9]|1[0-2])$/.test(text)),
  },
  phone: {
    wanted: 'a phone number in E.164 format, e.g. +14155550100',
    read: when((text) => /^\+[1-9][0-9]{1,14}$/.test(text)),
  },
  email: { wanted: 'an e-mail address', read: when(isEmailAddress) },
  account: { wanted: 'an account number; the check digits of this IBAN are wrong', read: account },
  clabe: { wanted: 'a CLABE of 18 digits with a right check digit', read: when(isClabe) },
  cbu: { wanted: 'a CBU or CVU of 22 digits with right check digits', read: when(isCbu) },
  occupation: {
    wanted: 'an ISCO-08 code, e.g. 251',
    read: when((text) => /^[0-9]{1,4}$/.test(text)),
  },
  count: { wanted: 'a whole number', read: when((text) => /^(0|[1-9][0-9]{0,8})$/.test(text)) },
  ip: { wanted: 'an IP address of version 4 or 6', read: when(isIpAddress) },
  binary: { wanted: 'a file, sent as multipart/form-data', read: () => undefined },
}

/**
 * Reads one value in its form: tidied (SEP09-32), checked, and as it is kept.
 * @param text - as sent; codes may change their case, dates lose their time of day.
 */
export function readValue(form: ValueForm, text: string): Outcome<string, FormRefusal> {
  const value = rules[form].read(tidied(form, text))
  return value === undefined
    ? refused({ code: 'wrong_form', wanted: rules[form].wanted })
    : accepted(value)
}

/** Composed characters, no blanks around, no control characters; lines are kept where they matter. */
function tidied(form: ValueForm, text: string): string {
  const composed = text.normalize('NFC')
  const plain =
    form === 'lines'
      ? composed.replaceAll(/\r\n?/g, '\n').replaceAll(/[^\P{Cc}\n]/gu, '')
      : composed.replaceAll(/\p{Cc}/gu, '')
  return plain.trim()
}

function account(text: string): string | undefined {
  if (!looksLikeIban(text)) return text
  return isIban(text) ? compactAccountNumber(text) : undefined
}

function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@')
  const name = text.slice(0, Math.max(at, 0))
  const labels = text.slice(at + 1).split('.')
  return (
    text.length <= 254 &&
    /^[^\s@"<>(),;:\\[\]]{1,64}$/u.test(name) &&
    name.split('.').every((part) => part !== '') &&
    labels.length >= 2 &&
    labels.every((label) => /^[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u.test(label)) &&
    !/^[0-9]+$/.test(labels.at(-1) ?? '')
  )
}
