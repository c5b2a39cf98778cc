import 'reflect-metadata'
import { describe, expect, it } from 'vitest'
import { badInput } from '../../src/graphql/arguments.ts'
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

  it('may stand between two cursors', () => {
    expect(readPage({ after: 'c1', before: 'c9' })).toEqual({
      limit: 21,
      after: 'c1',
      before: 'c9',
      backwards: false,
    })
  })

  it.each([
    [{ first: 0 }, 'A page has 1 to 100 entries, not 0'],
    [{ first: 101 }, 'A page has 1 to 100 entries, not 101'],
    [{ last: 0 }, 'A page has 1 to 100 entries, not 0'],
    [{ last: -1 }, 'A page has 1 to 100 entries, not -1'],
    [{ last: 101 }, 'A page has 1 to 100 entries, not 101'],
    [{ first: 1, last: 1 }, 'Give `first` or `last`, not both'],
    [{ first: 0, last: 101 }, 'Give `first` or `last`, not both'],
  ])('has 1 to 100 entries in one direction: %j is refused', (args, message) => {
    expect(() => readPage(args)).toThrow(badInput(message))
  })

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

  it('gives each entry with its cursor, in the order of the list', () => {
    for (const args of [{ first: 2 }, { last: 2 }]) {
      expect(toConnection([4, 5], readPage(args), write)).toMatchObject({
        edges: [
          { cursor: 'c4', node: { entry: 4 } },
          { cursor: 'c5', node: { entry: 5 } },
        ],
        nodes: [{ entry: 4 }, { entry: 5 }],
      })
    }
  })
})
