import { describe, expect, it } from 'vitest'
import {
  namesOfQuery,
  readNames,
  readQuestion,
  writeCustomer,
  writeCustomerNotice,
} from '../../../src/http/sep12/wire.ts'
import type { CustomerView } from '../../../src/usecases/customers/customer-view.ts'
import { aRequest } from '../../builders/http-request.ts'

const controls = {
  id: 'the id',
  account: 'the account',
  memo: 'the memo',
  memo_type: 'the type of the memo',
  type: 'the type',
  transaction_id: 'the transaction',
}

describe('what steers a request', () => {
  it('is each read from its own name, and asked by the client of the token (SEP12-11)', () => {
    const request = aRequest()
    const names = namesOfQuery(new Map(Object.entries({ ...controls, city: 'Rome' })))
    expect(readQuestion(request, names)).toEqual({
      ok: true,
      value: {
        principal: request.principal,
        id: 'the id',
        account: 'the account',
        memo: 'the memo',
        memoType: 'the type of the memo',
        type: 'the type',
        transactionId: 'the transaction',
      },
    })
    expect(readQuestion(request, new Map())).toEqual({
      ok: true,
      value: { principal: request.principal },
    })
  })

  it('is refused as a file, too, and the first of two is named', () => {
    const bytes = new Uint8Array([1])
    const file = { name: 'memo', contentType: 'image/png', bytes }
    const names = readNames({ kind: 'multipart', fields: new Map(), files: [file] })
    if (!names.ok) throw new Error('names are read')
    const refusal = (name: string) => ({
      ok: false,
      refusal: { code: 'body_malformed', status: 400, message: `'${name}' must be text` },
    })
    expect(readQuestion(aRequest(), names.value)).toEqual(refusal('memo'))
    const both = new Map([...names.value, ['id', { kind: 'number', text: '1' }] as const])
    expect(readQuestion(aRequest(), both)).toEqual(refusal('id'))
  })
})

describe('names and values', () => {
  it('are read from forms and from all parts of multipart (SEP12-04, SEP12-85)', () => {
    const fields = new Map([
      ['a', '1'],
      ['b', '2'],
    ])
    const files = ['c', 'd'].map((name, place) => ({
      name,
      contentType: 'image/png',
      bytes: new Uint8Array([place]),
    }))
    const texts: [string, object][] = [
      ['a', { kind: 'text', text: '1' }],
      ['b', { kind: 'text', text: '2' }],
    ]
    expect(readNames({ kind: 'form', fields })).toEqual({
      ok: true,
      value: new Map<string, object>(texts),
    })
    expect(readNames({ kind: 'multipart', fields, files })).toEqual({
      ok: true,
      value: new Map<string, object>([
        ...texts,
        ['c', { kind: 'file', bytes: new Uint8Array([0]) }],
        ['d', { kind: 'file', bytes: new Uint8Array([1]) }],
      ]),
    })
  })
})

describe('a customer', () => {
  const wanted = (name: string, more: object = {}) => ({
    name,
    askedAs: `asked ${name}`,
    kind: 'string' as const,
    description: `The ${name}`,
    optional: false,
    needsCode: true,
    ...more,
  })
  const view: CustomerView = {
    id: 'the id',
    status: 'NEEDS_INFO',
    message: 'Send the rest',
    wanted: [
      wanted('city', { translations: { es: 'Ciudad' }, choices: ['A', 'B'] }),
      wanted('photo', { kind: 'binary', optional: true }),
    ],
    provided: [
      {
        ...wanted('name', { translations: { es: 'Nombre' } }),
        status: 'REJECTED',
        error: 'Too short',
      },
      { ...wanted('date', { kind: 'date', choices: ['C'] }), status: 'ACCEPTED' },
    ],
    missing: ['city'],
  }

  it('is told with everything that is known of them, in the language asked for, else in English (SEP12-37, SEP12-52, SEP12-61)', () => {
    const told = (city: string, name: string) => ({
      id: 'the id',
      status: 'NEEDS_INFO',
      fields: {
        'asked city': { type: 'string', description: city, choices: ['A', 'B'], optional: false },
        'asked photo': { type: 'binary', description: 'The photo', optional: true },
      },
      provided_fields: {
        'asked name': {
          type: 'string',
          description: name,
          optional: false,
          status: 'REJECTED',
          error: 'Too short',
        },
        'asked date': {
          type: 'date',
          description: 'The date',
          choices: ['C'],
          optional: false,
          status: 'ACCEPTED',
        },
      },
      message: 'Send the rest',
    })
    expect(writeCustomer(view, 'es')).toEqual(told('Ciudad', 'Nombre'))
    const notice: unknown = JSON.parse(writeCustomerNotice(view))
    for (const written of [writeCustomer(view), writeCustomer(view, 'de'), notice]) {
      expect(written).toEqual(told('The city', 'The name'))
    }
  })

  it('of whom nothing is known or wanted is a status alone (SEP12-09)', () => {
    const nobody: CustomerView = { status: 'ACCEPTED', wanted: [], provided: [], missing: [] }
    expect(writeCustomer(nobody)).toEqual({ status: 'ACCEPTED' })
  })
})
