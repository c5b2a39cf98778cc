import { GraphQLError, Source, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { mask, writeCoded } from '../../src/graphql/server/mask.ts'

const { definitions: nodes } = parse('{ me }')
const path = ['me']
const bug = new Error('a bug')
const word = new GraphQLError('a word of graphql')

describe('the code of an error on a socket', () => {
  it.each([
    ['our code threw it in a field', { originalError: bug, nodes, path }, 'INTERNAL_SERVER_ERROR'],
    ['our code threw it, nobody knows where', { originalError: bug }, 'INTERNAL_SERVER_ERROR'],
    ['it is about a variable', { originalError: bug, nodes }, 'BAD_USER_INPUT'],
    ['it was refused in a field', { originalError: word, nodes, path }, 'BAD_USER_INPUT'],
    ['graphql says it of a field', { nodes, path }, 'BAD_USER_INPUT'],
    ['graphql says it', {}, 'BAD_USER_INPUT'],
  ])('is that of a fault only where our code broke: %s', (_, options, code) => {
    expect(writeCoded(new GraphQLError('no', options)).extensions).toEqual({ code })
  })

  it('is the one it was given, without what is for HTTP', () => {
    const extensions = { code: 'UNAUTHENTICATED', http: { status: 401 } }
    const error = new GraphQLError('no', {
      source: new Source('{ me }'),
      positions: [2],
      extensions,
    })
    expect(writeCoded(error)).toEqual({
      message: 'no',
      locations: [{ line: 1, column: 3 }],
      extensions: { code: 'UNAUTHENTICATED' },
    })
  })
})

describe('a fault', () => {
  it.each([
    ['of what our code threw', new GraphQLError('no', { originalError: bug }), bug],
    ['of graphql itself', word, word],
    ['of no form', 'a bug', 'a bug'],
  ])('is logged as that which broke: %s', (_, error, logged) => {
    const lines: object[] = []
    const formatted = { message: 'a bug', extensions: { code: 'INTERNAL_SERVER_ERROR' } }
    const told = mask(formatted, error, { error: (fields) => lines.push(fields) })
    expect(told.message).toBe('Something broke on our side')
    expect(lines).toEqual([{ error: logged }])
  })
})
