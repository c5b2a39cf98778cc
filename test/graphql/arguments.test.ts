import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { badInput, readId } from '../../src/graphql/arguments.ts'

describe('an id in a filter', () => {
  it('is read in small letters, as ids of ours are compared', () => {
    const id = randomUUID()
    expect(readId('ids', id.toUpperCase())).toBe(id)
  })

  it('that is none is told by its first 40 characters', () => {
    const digits = '0123456789'.repeat(5)
    expect(() => readId('ids', digits)).toThrow(
      badInput(`\`ids\`: this is no id of ours: ${digits.slice(0, 40)}`),
    )
  })
})
