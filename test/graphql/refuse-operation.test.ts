import { buildSchema, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { refuseOperation } from '../../src/graphql/server/refuse-operation.ts'

const schema = buildSchema(`
  type Query { node(name: String): Node! }
  type Subscription { node(name: String): Node! }
  type Node { node: Node! name: String }
`)

const plain = 'node { name }'
const deep = `${'node { '.repeat(12)}name${' }'.repeat(12)}`
const unstorable = 'node(name: "a\\u0000") { name }'
const deepAndUnstorable = deep.replace('node', 'node(name: "a\\u0000")')

const refusalOf = (text: string, carrier: 'http' | 'socket', variables = {}) =>
  refuseOperation({ schema, document: parse(text), variables, operationName: undefined }, carrier)
    ?.extensions['code']

const unserved = 'OPERATION_RESOLUTION_FAILURE'
const tooDeep = 'OPERATION_TOO_DEEP'

describe('an operation with several faults is refused', () => {
  it.each([
    ['query', plain, undefined, undefined],
    ['query', deep, tooDeep, tooDeep],
    ['query', unstorable, 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
    ['query', deepAndUnstorable, tooDeep, tooDeep],
    ['subscription', plain, unserved, undefined],
    ['subscription', deep, unserved, tooDeep],
    ['subscription', unstorable, unserved, 'BAD_USER_INPUT'],
    ['subscription', deepAndUnstorable, unserved, tooDeep],
    ['mutation', deepAndUnstorable, unserved, unserved],
  ])('by the first of them: %s { %s }', (kind, selection, ...expected) => {
    const text = `${kind} { ${selection} }`
    expect([refusalOf(text, 'http'), refusalOf(text, 'socket')]).toEqual(expected)
  })

  it('for what its variables hold as well, last of all', () => {
    const variables = { name: '\0' }
    expect(refusalOf(`{ ${plain} }`, 'http', variables)).toBe('BAD_USER_INPUT')
    expect(refusalOf(`{ ${deep} }`, 'socket', variables)).toBe(tooDeep)
  })
})
