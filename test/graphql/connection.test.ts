import 'reflect-metadata'
import { describe, expect, it } from 'vitest'
import { readPage, toConnection } from '../../src/graphql/connection.ts'

const write = { node: (entry: number) => ({ entry }), cursor: (entry: number) => `c${entry}` }
const shown = (entries: readonly number[], args: Parameters<typeof readPage>[0]) => {
  const { nodes, pageInfo } = toConnection(entries, readPage(args), write)
  return { nodes: nodes.map(({ entry }) => entry), ...pageInfo }
}

describe('a page of a list', () => {
  it('has 20 entries unless told otherwise, and asks for one more', () => {
    expect(readPage({})).toEqual({ limit: 21, backwards: false })
    expect(readPage({ first: null, last: null })).toEqual({ limit: 21, backwards: false })
    expect(readPage({ first: 1, after: 'c1' })).toEqual({ limit: 2, after: 'c1', backwards: false })
    expect(readPage({ last: 100, before: 'c9' })).toEqual({
      limit: 101,
      before: 'c9',
      backwards: true,
    })
  })

  it.each([{ first: 0 }, { first: 101 }, { last: 0 }, { last: -1 }, { first: 1, last: 1 }])(
    'has 1 to 100 entries in one direction: %j is refused',
    (args) => {
      expect(() => readPage(args)).toThrow(/A page has 1 to 100|not both/)
    },
  )

  it('leaves out the one more, at the end it was read towards', () => {
    expect(shown([1, 2, 3], { first: 2 })).toEqual({
      nodes: [1, 2],
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: 'c1',
      endCursor: 'c2',
    })
    expect(shown([7, 8, 9], { last: 2 })).toEqual({
      nodes: [8, 9],
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: 'c8',
      endCursor: 'c9',
    })
  })

  it('keeps all there is when nothing follows, and knows what it came from', () => {
    expect(shown([3, 4], { first: 2, after: 'c2' })).toMatchObject({
      nodes: [3, 4],
      hasNextPage: false,
      hasPreviousPage: true,
    })
    expect(shown([3, 4], { last: 2, before: 'c5' })).toMatchObject({
      nodes: [3, 4],
      hasNextPage: true,
      hasPreviousPage: false,
    })
    expect(shown([], {})).toMatchObject({ nodes: [], startCursor: null, endCursor: null })
  })
})
