import { buildSchema, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import {
  costMax,
  depthMax,
  entriesAssumed,
  refuseExcess,
  rootFieldCost,
} from '../../src/graphql/server/excess.ts'

const schema = buildSchema(`
  type Query {
    node: Node! one: [Node!]! list(first: Int, after: String, last: Int): Connection! either: Either
    named: Named! latest(first: Int): Connection! found(id: ID, after: String): Connection!
  }
  interface Named { node: Node! }
  type Node implements Named { node: Node! name: String all: [Node!]! }
  type Connection { nodes: [Node!]! pageInfo: Node! }
  union Either = Node | Connection
`)

const measured = (text: string) =>
  refuseExcess({ schema, document: parse(text), variables: {}, operationName: undefined })

function refusalOf(text: string, variables: Readonly<Record<string, unknown>> = {}, name?: string) {
  const operation = { schema, document: parse(text), variables, operationName: name }
  return refuseExcess(operation)?.extensions['code']
}

const nested = (levels: number): string =>
  levels === 1 ? 'name' : `node { ${nested(levels - 1)} }`

describe('depth', () => {
  it(`is at most ${depthMax}`, () => {
    expect(refusalOf(`{ ${nested(depthMax)} }`)).toBeUndefined()
    expect(refusalOf(`{ ${nested(depthMax + 1)} }`)).toBe('OPERATION_TOO_DEEP')
  })

  it('is at most twelve levels, and the cost ten thousand, as is told', () => {
    expect(measured(`{ ${nested(12)} }`)).toBeUndefined()
    expect(measured(`{ ${nested(13)} }`)?.message).toBe(
      'The operation is 13 levels deep; 12 are allowed',
    )
    expect(measured(page(9_949, '(first: 1)'))).toBeUndefined()
    expect(measured(page(9_950, '(first: 1)'))?.message).toBe(
      'The operation costs 10001; 10000 are allowed: ask for less',
    )
  })

  it('is that of the deepest of several, wherever it stands', () => {
    for (const beside of ['node { name } either { __typename }', '__typename']) {
      const deep = `node { ${nested(depthMax)} }`
      expect(refusalOf(`{ ${beside} ${deep} }`)).toBe('OPERATION_TOO_DEEP')
      expect(refusalOf(`{ ${deep} ${beside} }`)).toBe('OPERATION_TOO_DEEP')
    }
  })

  it('that is too large is told, before the cost', () => {
    const costly = page(costMax, '(first: 1)').slice(1)
    const refusal = measured(`{ ${nested(depthMax + 1)} ${costly}`)
    expect(refusal?.toJSON()).toEqual({
      message: `The operation is ${depthMax + 1} levels deep; ${depthMax} are allowed`,
      extensions: { code: 'OPERATION_TOO_DEEP', http: { status: 400 } },
    })
  })

  it('counts through fragments, named and inline', () => {
    const named = (levels: number) =>
      `{ node { node { ...A } } } fragment A on Node { ${nested(levels)} }`
    expect(refusalOf(named(depthMax - 2))).toBeUndefined()
    expect(refusalOf(named(depthMax - 1))).toBe('OPERATION_TOO_DEEP')
    const inline = `{ either { ... on Node { ${nested(depthMax)} } } }`
    expect(refusalOf(inline)).toBe('OPERATION_TOO_DEEP')
    const without = (levels: number) => `{ node { ... { ${nested(levels)} } } }`
    expect(refusalOf(without(depthMax - 1))).toBeUndefined()
    expect(refusalOf(without(depthMax))).toBe('OPERATION_TOO_DEEP')
  })

  it('counts through interfaces, and the name of a type as a field', () => {
    const named = (levels: number) => `{ named { ${nested(levels - 1)} } }`
    expect(refusalOf(named(depthMax))).toBeUndefined()
    expect(refusalOf(named(depthMax + 1))).toBe('OPERATION_TOO_DEEP')
    const typed = (levels: number) => `{ ${nested(levels).replace('name', '__typename')} }`
    expect(refusalOf(typed(depthMax))).toBeUndefined()
    expect(refusalOf(typed(depthMax + 1))).toBe('OPERATION_TOO_DEEP')
  })

  it('of what names no operation of the document or the schema is left to what runs it', () => {
    const many = nested(depthMax + 1)
    expect(refusalOf(`query A { ${many} } query B { ${many} }`)).toBeUndefined()
    expect(refusalOf(`mutation { ... on Node { ${many} } }`)).toBeUndefined()
  })

  it('is that of the operation that is asked for', () => {
    const two = `query A { ${nested(2)} } query B { ${nested(20)} }`
    expect(refusalOf(two, {}, 'A')).toBeUndefined()
    expect(refusalOf(two, {}, 'B')).toBe('OPERATION_TOO_DEEP')
  })
})

/** Costs what `list` and `nodes` do, and an entry as often as there are names. */
const page = (names: number, size: string) =>
  `{ list${size} { nodes { ${Array.from({ length: names }, (_, n) => `n${n}: name`).join(' ')} } } }`

describe('cost', () => {
  it('that is too large is told', () => {
    expect(measured(page(costMax, '(first: 1)'))?.toJSON()).toEqual({
      message: `The operation costs ${costMax + rootFieldCost + 1}; ${costMax} are allowed: ask for less`,
      extensions: { code: 'OPERATION_TOO_COSTLY', http: { status: 400 } },
    })
  })

  it('of a fragment is that of each place where it is spread', () => {
    const many = `fragment F on Connection { nodes { ${Array.from({ length: 100 }, (_, n) => `n${n}: name`).join(' ')} } }`
    const [small, large] = ['s: list(first: 1) { ...F }', 'l: list(first: 100) { ...F }']
    expect(refusalOf(`{ ${small} } ${many}`)).toBeUndefined()
    expect(refusalOf(`{ ${small} ${large} } ${many}`)).toBe('OPERATION_TOO_COSTLY')
    expect(refusalOf(`{ ${large} ${small} } ${many}`)).toBe('OPERATION_TOO_COSTLY')
  })

  const times = (count: number, field: string) =>
    Array.from({ length: count }, (_, n) => `t${n}: ${field}`).join(' ')

  it.each([
    // the field of the root, what hangs on it once, and what hangs on it often
    ['of a page', (n: number) => page(n, '(first: 1)'), costMax - rootFieldCost - 1],
    ['of a page that will be refused', (n: number) => page(n, '(first: 0)'), costMax - 51],
    ['of names of types', (n: number) => `{ node { ${times(n, '__typename')} } }`, costMax - 50],
    [
      'of a page that can be read in one direction only',
      (n: number) => `{ latest { nodes { ${times(n, 'name')} } } }`,
      497, // × 20 entries
    ],
    [
      'of a list in what takes other arguments than a page size',
      (n: number) => `{ found(id: 1) { nodes { ${times(n, 'name')} } } }`,
      1_989, // × 5 entries
    ],
  ])(`%s is allowed up to ${costMax}, and not beyond`, (_, write, most) => {
    expect(refusalOf(write(most))).toBeUndefined()
    expect(refusalOf(write(most + 1))).toBe('OPERATION_TOO_COSTLY')
  })

  it.each(['query', 'mutation', 'subscription'])(
    'of a field of the root is fifty in a %s',
    (kind) => {
      const ofAllKinds = buildSchema(
        'type Query { do: Int } type Mutation { do: Int } type Subscription { do: Int }',
      )
      const refusal = (count: number) =>
        refuseExcess({
          schema: ofAllKinds,
          document: parse(`${kind} { ${times(count, 'do')} }`),
          variables: {},
          operationName: undefined,
        })
      expect(refusal(200)).toBeUndefined()
      expect(refusal(201)?.message).toBe(
        'The operation costs 10050; 10000 are allowed: ask for less',
      )
    },
  )

  it('of a page is its size times what an entry costs', () => {
    const namesMax = (costMax - rootFieldCost - 1) / 100 // 99.49
    expect(refusalOf(page(Math.floor(namesMax), '(first: 100)'))).toBeUndefined()
    expect(refusalOf(page(Math.ceil(namesMax), '(first: 100)'))).toBe('OPERATION_TOO_COSTLY')
    expect(refusalOf(page(Math.ceil(namesMax), '(first: 99)'))).toBeUndefined()
  })

  it('of a page without a size is that of the usual size, 20', () => {
    expect(refusalOf(page(497, ''))).toBeUndefined()
    expect(refusalOf(page(498, ''))).toBe('OPERATION_TOO_COSTLY')
  })

  it('is that of its size also when it begins at a cursor', () => {
    const one = page(costMax / 10, '(first: 1, after: "x")')
    expect(refusalOf(one)).toBeUndefined()
  })

  it('of a field that lacks its selection is left to the validation that refuses it', () => {
    expect(refusalOf('{ list }')).toBeUndefined()
  })

  it('is not lowered by sizes that are refused later', () => {
    expect(refusalOf(page(100, '(first: 1, last: 100)'))).toBe('OPERATION_TOO_COSTLY')
    expect(refusalOf(page(100, '(first: 100, last: 1)'))).toBe('OPERATION_TOO_COSTLY')
    expect(refusalOf(page(500, '(first: null)'))).toBe('OPERATION_TOO_COSTLY')
    expect(refusalOf(page(100, '(first: 4000)'))).toBe('OPERATION_TOO_COSTLY')
    expect(refusalOf(page(10, '(first: -4)'))).toBeUndefined()
  })

  it(`takes a list that has no pages to hold ${entriesAssumed}, also inside another`, () => {
    const inside = (levels: number): string =>
      levels === 0 ? 'name' : `all { ${inside(levels - 1)} }`
    expect(refusalOf(`{ one { ${inside(3)} } }`)).toBeUndefined()
    expect(refusalOf(`{ one { ${inside(5)} } }`)).toBe('OPERATION_TOO_COSTLY')
  })

  it('of each field of the root is a round trip, under whatever name', () => {
    const names = (count: number) =>
      `{ ${Array.from({ length: count }, (_, n) => `n${n}: node { name }`).join(' ')} }`
    expect(refusalOf(names(196))).toBeUndefined()
    expect(refusalOf(names(197))).toBe('OPERATION_TOO_COSTLY')
  })

  it('reads the size from a variable or its default', () => {
    const text = (declared: string) => `query (${declared}) ${page(100, '(first: $n)')}`
    expect(refusalOf(text('$n: Int'), { n: 100 })).toBe('OPERATION_TOO_COSTLY')
    expect(refusalOf(text('$n: Int = 100'))).toBe('OPERATION_TOO_COSTLY')
    expect(refusalOf(text('$n: Int = 100'), { n: 2 })).toBeUndefined()
    expect(refusalOf(text('$n: Int'), { n: 'many' })).toBeUndefined()
    expect(refusalOf(text('$m: Int = 1, $n: Int = 100'))).toBe('OPERATION_TOO_COSTLY')
    expect(refusalOf(text('$n: Int = 100, $m: Int = 1'))).toBe('OPERATION_TOO_COSTLY')
    expect(refusalOf(text('$m: Int = 100, $n: Int = 1'))).toBeUndefined()
    expect(refusalOf(text('$n: Int = 2, $m: Int = 100'), { m: 100 })).toBeUndefined()
    expect(refusalOf(text('$n: Int = 2, $m: Int'), { m: 1, n: 100 })).toBe('OPERATION_TOO_COSTLY')
  })
})
