import { describe, expect, it } from 'vitest'
import type { AssetName } from '../../../src/domain/money/amount.ts'
import { sayRefusal } from '../../../src/http/sep31/say-refusal.ts'
import { english } from '../../../src/http/sep31/words.ts'
import type { WordedRefusal } from '../../../src/http/sep31/words.ts'

const payout: AssetName = 'iso4217:BRL'

/** Each refusal with what its sentence has to name, in every language. */
const told: readonly (readonly [WordedRefusal, readonly string[]])[] = [
  [{ code: 'asset_unknown', known: ['USDC', 'SRT'] }, ['asset_code', '/info', 'USDC, SRT']],
  [{ code: 'asset_issuer_unknown', issuer: undefined }, ['asset_issuer']],
  [{ code: 'asset_issuer_unknown', issuer: 'GISSUER' }, ['asset_issuer', 'GISSUER']],
  [{ code: 'quotes_not_supported' }, ['quote_id']],
  [
    { code: 'destination_asset_unknown', deliverable: payout },
    ['destination_asset', 'iso4217:BRL'],
  ],
  [{ code: 'amount_malformed' }, ['amount', '100.5']],
  [{ code: 'amount_too_precise' }, ['amount', '7']],
  [{ code: 'amount_out_of_bounds', minUnits: 5_0000000n, maxUnits: 9_0000000n }, ['5', '9']],
  [{ code: 'amount_out_of_bounds', minUnits: undefined, maxUnits: 9_0000000n }, ['amount', '9']],
  [{ code: 'amount_below_fee', feeUnits: 2_5000000n }, ['amount', '2.5']],
  [{ code: 'funding_method_unknown', methods: ['SEPA', 'WIRE'] }, ['funding_method', 'SEPA, WIRE']],
  [{ code: 'refund_memo_incomplete' }, ['refund_memo', 'refund_memo_type']],
  [{ code: 'refund_memo_malformed' }, ['refund_memo_type', 'id', '64', 'text', '28', 'hash', '32']],
  [{ code: 'customer_rejected', side: 'sender' }, []],
  [{ code: 'customer_rejected', side: 'receiver' }, []],
  [
    { code: 'field_not_among_choices', field: 'type', choices: ['A', 'B'] },
    ['fields.transaction.type', 'A, B'],
  ],
  [{ code: 'idempotency_key_reused' }, ['Idempotency-Key']],
]

const sentenceOf = (refused: WordedRefusal, tag: string | undefined): string => {
  const { status, body } = sayRefusal(refused, tag)
  expect([status, Object.keys(body ?? {})]).toEqual([400, ['error']])
  return (body as { readonly error: string }).error
}

describe('a refusal of SEP-31', () => {
  it('is looked at here for every code that has words (SEP31-32)', () => {
    const codes = new Set(told.map(([{ code }]) => code))
    expect([...codes].toSorted()).toEqual(Object.keys(english).toSorted())
  })

  it.each(told.map(([refused, names]) => [refused.code, refused, names] as const))(
    '%s names in English and Spanish what to mend (SEP31-32)',
    (_, refused, names) => {
      const [english, spanish] = [sentenceOf(refused, 'en'), sentenceOf(refused, 'es')]
      for (const name of names)
        expect([english, spanish]).toEqual([
          expect.stringContaining(name),
          expect.stringContaining(name),
        ])
      expect(english).toMatch(/\b(must|may|has|are|was|cannot)\b/)
      expect(spanish).toMatch(/\b(debe|deben|puede|tiene|admite|se us)/)
    },
  )

  it('is another sentence for each code and side', () => {
    for (const tag of ['en', 'es']) {
      const sentences = told.map(([refused]) => sentenceOf(refused, tag))
      expect(new Set(sentences).size).toBe(told.length)
    }
    const rejected = { code: 'customer_rejected' } as const
    expect(sentenceOf({ ...rejected, side: 'sender' }, 'en')).toContain('sending')
    expect(sentenceOf({ ...rejected, side: 'receiver' }, 'es')).toContain('destinatario')
  })

  it('is told in the language of a tag, in whatever spelling, else in English (SEP31-X08)', () => {
    const refused = { code: 'quotes_not_supported' } as const
    for (const tag of ['es', 'ES', 'es-MX', 'es_419', 'es-Latn-MX']) {
      expect(sentenceOf(refused, tag)).toMatch(/cotizaciones/)
    }
    for (const tag of [
      undefined,
      '',
      'xx',
      'esp',
      'espanol',
      'es-',
      'es MX',
      `es-${'x'.repeat(31)}`,
    ]) {
      expect(sentenceOf(refused, tag)).toMatch(/^Quotes are not supported/)
    }
  })
})
