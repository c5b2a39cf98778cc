import { describe, expect, it } from 'vitest'
import {
  costMax,
  depthMax,
  entriesAssumed,
  rootFieldCost,
  tokensMax,
} from '../../src/graphql/server/excess.ts'
import { bodyBytesMax } from '../../src/graphql/server/mount.ts'
import { messageBytesMax, operationsMax } from '../../src/graphql/server/sockets.ts'
import { pageSizeDefault, pageSizeMax } from '../../src/graphql/page-size.ts'
import { filesOf, textOf } from '../repository.ts'

describe('docs/graphql.md', () => {
  const text = textOf('docs/graphql.md')

  it('shows each operation there is, as it stands in its file, and no other', () => {
    const shown = [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, block]) => block)
    const files = filesOf('schema/operations').map(textOf)
    expect(files.length).toBeGreaterThan(5)
    expect(new Set(shown)).toEqual(new Set(files))
  })

  it('names the limits that hold', () => {
    expect(text).toContain(`more than ${depthMax} levels`)
    expect(text).toContain(
      `more than ${costMax}: a field costs 1, a field of the root ${rootFieldCost}`,
    )
    expect(text).toContain(`more than ${operationsMax} at once on one socket`)
    const [request, message] = [bodyBytesMax, messageBytesMax].map((bytes) => bytes / 1_000)
    expect(text).toContain(
      `${tokensMax} tokens, a request ${request} kB, a message on a socket ${message} kB`,
    )
    expect(text).toContain(
      `${pageSizeDefault} entries unless told otherwise and ${pageSizeMax} at\nmost`,
    )
    expect(entriesAssumed).toBe(5) // "five times"
  })

  it('explains each code that is answered', () => {
    const answered = filesOf('src/graphql')
      .flatMap((file) => [...textOf(file).matchAll(/'([A-Z]+(?:_[A-Z]+)+|UNAUTHENTICATED)'/g)])
      .map(([, code = '']) => code)
    expect(answered.length).toBeGreaterThan(8)
    expect([...new Set(answered)].filter((code) => !text.includes(`\`${code}\``))).toEqual([])
  })
})
