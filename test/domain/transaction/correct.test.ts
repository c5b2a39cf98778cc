import { describe, expect, it } from 'vitest'
import { correctFields } from '../../../src/domain/transaction/correct.ts'
import { lifecycle } from '../../../src/domain/transaction/lifecycle.ts'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import { routingFields } from '../../builders/asset.ts'
import { aTransaction } from '../../builders/transaction.ts'

const wantedFields = { account_number: 'a', type: 'b', routing_number: 'c' }
const kept = { routing_number: '0110', account_number: 'wrong', type: 'SEPA' }
const waiting = aTransaction({
  phase: 'awaitingPayoutTransactionInfo',
  fields: kept,
  wantedFields,
})
const corrected = (given: Readonly<Record<string, string>>, transaction = waiting) =>
  correctFields(transaction, given, routingFields)

describe('a correction of fields', () => {
  it('keeps what was brought, and goes on wanting the rest by its reason (SEP31-O16)', () => {
    expect(corrected({ account_number: '43' })).toEqual({
      ok: true,
      value: {
        after: {
          ...waiting,
          fields: { ...kept, account_number: '43' },
          wantedFields: { type: 'b', routing_number: 'c' },
        },
        stillWanted: ['type', 'routing_number'],
      },
    })
  })

  it('takes an empty value among others for none: it corrects nothing and takes nothing away (SEP31-O16)', () => {
    expect(corrected({ routing_number: '', account_number: '43', type: 'WIRE' })).toEqual({
      ok: true,
      value: {
        after: {
          ...waiting,
          fields: { routing_number: '0110', account_number: '43', type: 'WIRE' },
          wantedFields: { routing_number: 'c' },
        },
        stillWanted: ['routing_number'],
      },
    })
    expect(corrected({ routing_number: '', account_number: '', type: '' })).toEqual({
      ok: true,
      value: { after: waiting, stillWanted: ['account_number', 'type', 'routing_number'] },
    })
  })

  it('leads to the payout again when nothing is wanted any more (SEP31-O17)', () => {
    const fields = { type: 'WIRE', routing_number: '0111', account_number: '43' }
    expect(corrected(fields)).toEqual({
      ok: true,
      value: {
        after: { ...waiting, phase: 'payingOut', fields, wantedFields: {} },
        stillWanted: [],
      },
    })
  })

  it.each((Object.keys(lifecycle) as Phase[]).filter((phase) => phase !== waiting.phase))(
    'is not wanted in the phase %s, whatever it brings (SEP31-O13)',
    (phase) => {
      const refusal = { code: 'update_not_wanted' }
      for (const given of [{}, { account_number: '43' }, { colour: 'red' }, { type: 'PIGEON' }]) {
        expect(corrected(given, { ...waiting, phase })).toEqual({ ok: false, refusal })
      }
    },
  )

  it('names the first field that nobody asked for, before it looks at the choices (SEP31-O14)', () => {
    const wanted = ['account_number', 'type', 'routing_number']
    const notWanted = (field: string) => ({ code: 'field_not_wanted', field, wanted })
    const { type: _, ...others } = wantedFields
    const offered = ['SEPA', 'WIRE']
    const notOffered = { code: 'field_not_among_choices', field: 'type', choices: offered }
    expect(corrected({ account_number: '43', colour: 'red', shape: 'round' })).toEqual({
      ok: false,
      refusal: notWanted('colour'),
    })
    expect(corrected({ type: 'PIGEON', colour: 'red' })).toEqual({ ok: false, refusal: notOffered })
    expect(corrected({ type: 'PIGEON' }, { ...waiting, wantedFields: others })).toEqual({
      ok: false,
      refusal: { ...notWanted('type'), wanted: ['account_number', 'routing_number'] },
    })
  })
})
