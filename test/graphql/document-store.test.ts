import { parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { charactersMax, documentStore } from '../../src/graphql/server/document-store.ts'

const ofLength = (length: number) => parse(`{ a }${' '.repeat(length - 5)}`)

describe('parsed documents', () => {
  it('are kept until they are too many, the longest unasked for first', async () => {
    const store = documentStore()
    const third = Math.floor(charactersMax / 3)
    for (const key of ['a', 'b', 'c']) await store.set(key, ofLength(third))
    expect(await store.get('a')).toBeDefined()
    await store.set('d', ofLength(third))
    const found = await Promise.all(['a', 'b', 'c', 'd'].map((key) => store.get(key)))
    expect(found.map((one) => one !== undefined)).toEqual([true, false, true, true])
  })

  it('never take more than their share, whatever is sent', async () => {
    expect(charactersMax).toBe(100_000) // at eighty bytes each these are 8 MB
    const store = documentStore()
    const keys = Array.from({ length: 300 }, (_, number) => `${number}`)
    for (const key of keys) await store.set(key, ofLength(1_000))
    for (const key of keys) await store.set(key, ofLength(2_000))
    const found = await Promise.all(keys.map((key) => store.get(key)))
    expect(found.filter((one) => one !== undefined)).toHaveLength(charactersMax / 2_000)
    await store.set('huge', ofLength(charactersMax + 1))
    expect(await store.get('huge')).toBeUndefined()
  })

  it('leave no trace where there are none: asking for what is not kept keeps nothing', async () => {
    const store = documentStore()
    expect(await store.get('unknown')).toBeUndefined()
    expect(await store.delete('unknown')).toBe(false)
  })

  it('can be forgotten', async () => {
    const store = documentStore()
    await store.set('a', ofLength(charactersMax))
    expect(await store.delete('a')).toBe(true)
    await store.set('b', ofLength(charactersMax))
    expect(await store.get('b')).toBeDefined()
  })
})
