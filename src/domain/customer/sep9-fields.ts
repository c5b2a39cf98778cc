import type { ValueForm } from './value-form.ts'

/** The four words of SEP-12 for what a field holds. */
export type FieldKind = 'string' | 'binary' | 'number' | 'date'

/** One datum of SEP-9 under its kept name; synonyms lead here. */
export interface Sep9Field {
  readonly name: string
  readonly kind: FieldKind
  readonly form: ValueForm
  /** Shown where a customer type has no words of its own. */
  readonly description: string
  readonly lengthMax: number
  readonly choices?: readonly string[]
  /** Why it is known but not taken here; the sentence goes on after the name. */
  readonly notTaken?: string
}

type Row = readonly [name: string, form: ValueForm, description: string, more?: Partial<Sep9Field>]

const pictured = 'as a picture (JPEG or PNG) or PDF'

const person: readonly Row[] = [
  ['last_name', 'text', 'Family name'],
  ['first_name', 'text', 'Given name'],
  ['additional_name', 'text', 'Middle or other name'],
  ['address_country_code', 'country', 'Country of the current address, ISO 3166-1 alpha-3'],
  ['state_or_province', 'text', 'State or province'],
  ['city', 'text', 'City or town'],
  ['postal_code', 'text', 'Postal code', { lengthMax: 32 }],
  ['address', 'lines', 'Whole address, with line breaks', { lengthMax: 1000 }],
  ['mobile_number', 'phone', 'Mobile phone number with country code, E.164', { lengthMax: 128 }],
  ['mobile_number_format', 'text', 'Format of the mobile number, E.164 unless given'],
  ['email_address', 'email', 'E-mail address'],
  ['birth_date', 'day', 'Date of birth, YYYY-MM-DD', { kind: 'date' }],
  ['birth_place', 'text', 'City, state and country of birth as in the passport'],
  ['birth_country_code', 'country', 'Country of birth, ISO 3166-1 alpha-3'],
  ['tax_id', 'text', 'Tax number'],
  ['tax_id_name', 'text', 'Name of the tax number, e.g. SSN'],
  ['occupation', 'occupation', 'Occupation as ISCO-08 code', { kind: 'number' }],
  ['employer_name', 'text', 'Name of the employer'],
  ['employer_address', 'lines', 'Address of the employer', { lengthMax: 1000 }],
  ['language_code', 'language', 'Primary language, ISO 639-1'],
  ['id_type', 'text', 'Kind of identity document: passport, drivers_license, id_card, …'],
  ['id_country_code', 'country', 'Country that issued the document, ISO 3166-1 alpha-3'],
  ['id_issue_date', 'day', 'Date of issue of the document, YYYY-MM-DD', { kind: 'date' }],
  ['id_expiration_date', 'day', 'Date the document expires, YYYY-MM-DD', { kind: 'date' }],
  ['id_number', 'text', 'Number of the document'],
  ['photo_id_front', 'binary', `Front of the identity document, ${pictured}`],
  ['photo_id_back', 'binary', `Back of the identity document, ${pictured}`],
  ['notary_approval_of_photo_id', 'binary', `Notary's approval of the document, ${pictured}`],
  ['ip_address', 'ip', 'IP address of the computer of the customer'],
  ['photo_proof_residence', 'binary', `Bill or statement with name and address, ${pictured}`],
  ['sex', 'text', 'Sex', { choices: ['male', 'female', 'other'] }],
  ['proof_of_income', 'binary', `Proof of income, ${pictured}`],
  ['proof_of_liveness', 'binary', 'Picture or video of the customer as proof of liveness'],
  ['referral_id', 'text', 'Origin of the customer or referral code'],
]

const account: readonly Row[] = [
  ['bank_name', 'text', 'Name of the bank'],
  ['bank_account_type', 'text', 'Kind of account', { choices: ['checking', 'savings'] }],
  ['bank_account_number', 'account', 'Number of the bank account, or IBAN'],
  ['bank_number', 'text', 'National number of the bank, e.g. routing number'],
  ['bank_phone_number', 'phone', 'Phone number of the bank with country code, E.164'],
  ['bank_branch_number', 'text', 'Number of the branch of the bank'],
  ['external_transfer_memo', 'text', 'Memo that names the transfer at the bank'],
  ['clabe_number', 'clabe', 'CLABE, number of a bank account in Mexico'],
  ['cbu_number', 'cbu', 'CBU or CVU, number of a bank account in Argentina'],
  ['cbu_alias', 'text', 'Alias of a CBU or CVU'],
  ['mobile_money_number', 'phone', 'Phone number of the mobile money account, E.164'],
  ['mobile_money_provider', 'text', 'Provider of the mobile money account'],
  ['crypto_address', 'text', 'Address of a crypto account'],
]

const organization: readonly Row[] = [
  ['name', 'text', 'Full registered name of the organization'],
  ['VAT_number', 'text', 'VAT number of the organization'],
  ['registration_number', 'text', 'Registration number of the organization'],
  ['registration_date', 'text', 'Date of registration of the organization'],
  ['registered_address', 'lines', 'Registered address of the organization', { lengthMax: 1000 }],
  ['number_of_shareholders', 'count', 'Number of shareholders', { kind: 'number' }],
  ['shareholder_name', 'text', 'Name of a shareholder'],
  ['photo_incorporation_doc', 'binary', `Incorporation documents, ${pictured}`],
  ['photo_proof_address', 'binary', `Bill or statement with name and address, ${pictured}`],
  ['address_country_code', 'country', 'Country of the organization, ISO 3166-1 alpha-3'],
  ['state_or_province', 'text', 'State or province of the organization'],
  ['city', 'text', 'City or town of the organization'],
  ['postal_code', 'text', 'Postal code of the organization', { lengthMax: 32 }],
  ['director_name', 'text', 'Name of the managing director'],
  ['website', 'text', 'Website of the organization'],
  ['email', 'email', 'E-mail address of the organization'],
  ['phone', 'phone', 'Phone number of the organization, E.164'],
]

// Numbers and codes of cards are never taken (SEP09-42): no part of this gateway is made to keep them.
const notTaken = 'is not taken here, as card numbers are not kept; send "card.token"'

const card: readonly Row[] = [
  ['number', 'text', 'Card number', { notTaken }],
  ['expiration_date', 'cardMonth', 'Month the card expires, YY-MM'],
  ['cvc', 'text', 'Security code of the card', { notTaken }],
  ['holder_name', 'text', 'Name of the holder of the card'],
  ['network', 'text', 'Brand of the card'],
  ['postal_code', 'text', 'Billing postal code', { lengthMax: 32 }],
  ['country_code', 'cardCountry', 'Billing country, ISO 3166-1 alpha-2'],
  ['state_or_province', 'text', 'Billing state or province, ISO 3166-2'],
  ['city', 'text', 'Billing city or town'],
  ['address', 'lines', 'Billing address, with line breaks', { lengthMax: 1000 }],
  ['token', 'text', 'Token of the card, from an outside processor'],
]

const field = (prefix: string, [name, form, description, more]: Row): Sep9Field => ({
  name: prefix + name,
  kind: form === 'binary' ? 'binary' : 'string',
  form,
  description,
  lengthMax: 256,
  ...more,
})

/** Every datum of SEP-9 1.18.0 by its kept name. */
export const sep9Fields: ReadonlyMap<string, Sep9Field> = new Map(
  [
    ...[...person, ...account].map((row) => field('', row)),
    ...[...organization, ...account].map((row) => field('organization.', row)),
    ...card.map((row) => field('card.', row)),
  ].map((each) => [each.name, each] as const),
)

/** Names that mean the same datum (SEP09-06, SEP09-30, SEP09-35), and the name it is kept under. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ['family_name', 'last_name'],
  ['given_name', 'first_name'],
  ['crypto_memo', 'external_transfer_memo'],
  ['organization.crypto_memo', 'organization.external_transfer_memo'],
  ['photo_proof_of_income', 'proof_of_income'],
])

/** The field that a name of SEP-9 means, synonyms included; undefined for any other name. */
export const sep9Field = (name: string): Sep9Field | undefined =>
  sep9Fields.get(synonyms.get(name) ?? name)

/** The name that a field is kept under: that of SEP-9 for its synonyms, any other name as it is. */
export const keptName = (name: string): string => sep9Field(name)?.name ?? name
