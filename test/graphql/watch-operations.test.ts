import { parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { tellOperation } from '../../src/graphql/server/watch-operations.ts'

function told(query: string | undefined, codes: readonly string[] = [], operationName?: string) {
  const counted: unknown[] = []
  tellOperation(
    {
      api: 'partner',
      metrics: {
        graphqlField: ({ api, operation, field, outcome }) =>
          counted.push([api, operation, field, outcome].join(' ')),
        watchSockets: () => () => undefined,
      },
    },
    {
      document: query === undefined ? undefined : parse(query),
      operationName,
      errors: codes.map((code) => ({ extensions: { code } })),
    },
  )
  return counted
}

describe('an operation', () => {
  it('is counted once for each field of its root, by the schema’s name', () => {
    const query = `mutation M { a: openTransaction { id } b: openTransaction { id } ...F ...G ... { me { id } } }
      fragment F on Mutation { other { inner } ...H } fragment G on Mutation { third }
      fragment H on Mutation { fourth }`
    expect(told(query)).toEqual([
      'partner mutation openTransaction ok',
      'partner mutation other ok',
      'partner mutation fourth ok',
      'partner mutation third ok',
      'partner mutation me ok',
    ])
  })

  it('is counted as that which is asked for by name', () => {
    const two = 'query A { me { id } } subscription B { transactionEvents { id } }'
    expect(told(two, [], 'B')).toEqual(['partner subscription transactionEvents ok'])
  })

  it.each([
    ['UNAUTHENTICATED', 'refused'],
    ['BAD_USER_INPUT', 'refused'],
    ['INTERNAL_SERVER_ERROR', 'failed'],
    ['SERVICE_UNAVAILABLE', 'failed'],
  ])('that ends with %s is %s', (code, outcome) => {
    expect(told('{ me { id } }', [code])).toEqual([`partner query me ${outcome}`])
  })

  it('with a fault of ours among refusals has failed', () => {
    const codes = ['BAD_USER_INPUT', 'INTERNAL_SERVER_ERROR']
    for (const given of [codes, codes.toReversed()]) {
      expect(told('{ me { id } }', given)).toEqual(['partner query me failed'])
    }
  })

  it('that cannot be read, is not valid, or is none of several, tells no name of the caller’s', () => {
    const unreadable = ['partner unreadable unreadable refused']
    expect(told(undefined, ['GRAPHQL_PARSE_FAILED'])).toEqual(unreadable)
    expect(told('{ secret }', ['GRAPHQL_VALIDATION_FAILED'])).toEqual(unreadable)
    const several = ['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']
    for (const given of [several, several.toReversed()]) {
      expect(told('{ secret }', given)).toEqual(unreadable)
    }
    const two = 'query A { me { id } } query B { me { id } }'
    expect(told(two, ['OPERATION_RESOLUTION_FAILURE'])).toEqual(unreadable)
  })
})
