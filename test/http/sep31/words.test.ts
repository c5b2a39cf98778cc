import { describe, expect, it } from 'vitest'
import type { AssetName } from '../../../src/domain/money/amount.ts'
import { sayRefusal } from '../../../src/http/sep31/say-refusal.ts'
import { english } from '../../../src/http/sep31/words.ts'
import type { WordedRefusal } from '../../../src/http/sep31/words.ts'

const payout: AssetName = 'iso4217:BRL'

/** Each refusal with its sentence in English and in Spanish. */
const told: readonly (readonly [WordedRefusal, string, string])[] = [
  [
    { code: 'asset_unknown', known: ['USDC', 'SRT'] },
    'asset_code must be an asset of /info: USDC, SRT',
    'asset_code debe ser un activo de /info: USDC, SRT',
  ],
  [
    { code: 'asset_issuer_unknown', issuer: undefined },
    'The native asset has no asset_issuer; leave it out',
    'El activo nativo no tiene asset_issuer; omítalo',
  ],
  [
    { code: 'asset_issuer_unknown', issuer: 'GISSUER' },
    'asset_issuer must be GISSUER, or left out',
    'asset_issuer debe ser GISSUER, o puede omitirse',
  ],
  [
    { code: 'quotes_not_supported' },
    'Quotes are not supported for this asset; leave out quote_id',
    'Este activo no admite cotizaciones; omita quote_id',
  ],
  [
    { code: 'destination_asset_unknown', deliverable: payout },
    'destination_asset must be iso4217:BRL, or left out',
    'destination_asset debe ser iso4217:BRL, o puede omitirse',
  ],
  [
    { code: 'amount_malformed' },
    'amount must be a number above 0 in plain decimal notation, such as 100.5',
    'amount debe ser un número mayor que 0 en notación decimal simple, por ejemplo 100.5',
  ],
  [
    { code: 'amount_too_precise' },
    'amount may have at most 7 decimals',
    'amount puede tener como máximo 7 decimales',
  ],
  [
    { code: 'amount_out_of_bounds', minUnits: 5_0000000n, maxUnits: 9_5000000n },
    'amount must be at least 5 and at most 9.5',
    'amount debe ser al menos 5 y como máximo 9.5',
  ],
  [
    { code: 'amount_out_of_bounds', minUnits: undefined, maxUnits: 9_0000000n },
    'amount must be at most 9',
    'amount debe ser como máximo 9',
  ],
  [
    { code: 'amount_below_fee', feeUnits: 2_5000000n },
    'amount must be more than the fee of 2.5, so that something is left to pay out',
    'amount debe superar la comisión de 2.5 para que quede algo por pagar',
  ],
  [
    { code: 'funding_method_unknown', methods: ['SEPA', 'WIRE'] },
    'funding_method must be one of: SEPA, WIRE',
    'funding_method debe ser uno de los siguientes: SEPA, WIRE',
  ],
  [
    { code: 'refund_memo_incomplete' },
    'refund_memo and refund_memo_type must be given together',
    'refund_memo y refund_memo_type deben enviarse juntos',
  ],
  [
    { code: 'refund_memo_malformed' },
    'refund_memo must fit refund_memo_type: id (unsigned 64-bit number), text (at most 28 bytes) or hash (base64 of 32 bytes)',
    'refund_memo debe corresponder a refund_memo_type: id (número de 64 bits sin signo), text (28 bytes como máximo) o hash (base64 de 32 bytes)',
  ],
  [
    { code: 'customer_rejected', side: 'sender' },
    'The sending customer cannot be served',
    'No se puede atender al cliente remitente',
  ],
  [
    { code: 'customer_rejected', side: 'receiver' },
    'The receiving customer cannot be served',
    'No se puede atender al cliente destinatario',
  ],
  [
    { code: 'field_not_among_choices', field: 'type<', choices: ['A', 'B'] },
    'fields.transaction.type? must be one of: A, B',
    'fields.transaction.type? debe ser uno de los siguientes: A, B',
  ],
  [
    { code: 'idempotency_key_reused' },
    'This Idempotency-Key was used for another request; use a new one',
    'Esta Idempotency-Key se usó para otra solicitud; use una nueva',
  ],
]

const refusal = (error: string) => ({ status: 400, body: { error } })

describe('a refusal of SEP-31', () => {
  it('is looked at here for every code that has words (SEP31-32)', () => {
    const codes = new Set(told.map(([{ code }]) => code))
    expect([...codes].toSorted()).toEqual(Object.keys(english).toSorted())
  })

  it.each(told.map((each) => [each[0].code, ...each] as const))(
    '%s names in English and Spanish what to mend (SEP31-32)',
    (...[, refused, en, es]) => {
      expect(sayRefusal(refused, 'en')).toEqual(refusal(en))
      expect(sayRefusal(refused, 'es')).toEqual(refusal(es))
    },
  )

  it('for data that is wanted has a body of its own (SEP31-42, SEP31-O08)', () => {
    const needed = {
      code: 'customer_info_needed',
      side: 'receiver',
      type: 'sep31-receiver',
    } as const
    expect(sayRefusal(needed, 'es')).toEqual({
      status: 400,
      body: { error: 'customer_info_needed', type: 'sep31-receiver' },
    })
    const missing = {
      iban: { description: 'Account', translations: { es: 'Cuenta' } },
      kind: { description: 'Kind', choices: ['A', 'B'], optional: true },
    }
    expect(sayRefusal({ code: 'transaction_info_needed', missing }, 'es')).toEqual({
      status: 400,
      body: {
        error: 'transaction_info_needed',
        fields: {
          transaction: {
            iban: { description: 'Cuenta' },
            kind: { description: 'Kind', choices: ['A', 'B'], optional: true },
          },
        },
      },
    })
  })

  it('is told in the language of a tag, in whatever spelling, else in English (SEP31-X08)', () => {
    const refused = { code: 'quotes_not_supported' } as const
    for (const tag of ['es', 'ES', 'es-MX', 'es_419', 'es-Latn-MX']) {
      expect(sayRefusal(refused, tag).body).toHaveProperty('error', expect.stringMatching(/^Este/))
    }
    const others = [undefined, '', 'xx', 'esp', 'espanol', 'es-', 'es MX', `es-${'x'.repeat(31)}`]
    for (const tag of others) {
      expect(sayRefusal(refused, tag)).toEqual(
        refusal('Quotes are not supported for this asset; leave out quote_id'),
      )
    }
  })
})
