import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { badInput, given, isId, readId } from '../../src/graphql/arguments.ts'

describe('an id', () => {
  const id = randomUUID()

  it('is one of ours as a whole only', () => {
    expect([id, id.toUpperCase()].map(isId)).toEqual([true, true])
    const wrong = [`${id}0`, `0${id}`, ` ${id}`, `${id}\n`, id.replaceAll('-', ''), id.slice(1), '']
    for (const text of wrong) expect([text, isId(text)]).toEqual([text, false])
    for (let place = 0; place < id.length; place += 1) {
      const text = `${id.slice(0, place)}g${id.slice(place + 1)}`
      expect([text, isId(text)]).toEqual([text, false])
    }
  })
})

describe('what is given', () => {
  it('is all but what is empty', () => {
    const all = {
      no: null,
      none: undefined,
      zero: 0,
      blank: '',
      false: false,
      list: [],
      one: 'one',
    }
    const { no: _, none: __, ...kept } = all
    expect(given(all)).toStrictEqual(kept)
  })
})

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
