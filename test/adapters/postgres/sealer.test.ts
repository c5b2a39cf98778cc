import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSealer, SealBroken } from '../../../src/adapters/postgres/sealer.ts'

const older = { id: '2025', secret: randomBytes(32) }
const newer = { id: '2026', secret: randomBytes(48) }

describe('sealer (SEP09-43, SEP12-137)', () => {
  it('opens what it sealed, whatever the bytes', () => {
    const sealer = createSealer([older])
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (content, context) => {
        expect([...sealer.open(sealer.seal(content, context), context)]).toEqual([...content])
      }),
    )
    expect(sealer.openText(sealer.seal('Renée 🦀', 'a'), 'a')).toBe('Renée 🦀')
  })

  it('hides the content and never gives the same bytes twice', () => {
    const sealer = createSealer([older])
    const sealed = sealer.seal('Jane Doe', 'customer:1')
    expect(sealed.toString('latin1')).not.toContain('Jane')
    expect(sealed.equals(sealer.seal('Jane Doe', 'customer:1'))).toBe(false)
  })

  it('opens what an older key sealed, and seals with the first', () => {
    const rotated = createSealer([newer, older])
    expect(rotated.openText(createSealer([older]).seal('Jane', 'c'), 'c')).toBe('Jane')
    expect(createSealer([newer]).openText(rotated.seal('Jane', 'c'), 'c')).toBe('Jane')
  })

  it('opens what an earlier release sealed, for as long as anybody keeps it', () => {
    const sealer = createSealer([{ id: '2025', secret: new Uint8Array(40).fill(7) }])
    const kept = 'AQQyMDI1yDcV1n8yxuiMLSLLEpthfdesw7DlrQF3aedRVIXlqnFtQtdld28B'
    expect(sealer.openText(Buffer.from(kept, 'base64'), 'customer:1')).toBe('Renée 🦀')
  })

  it.each(['', 'a'.repeat(33), 'a b', ' a', 'clé', 'éa', 'a\u007f'])(
    'refuses a key with the id "%s"',
    (id) => {
      expect(() => createSealer([{ ...older, id }])).toThrow(
        'the id of a sealer key is 1 to 32 visible ASCII characters',
      )
    },
  )

  it.each(['!', '~', 'a'.repeat(32)])('takes a key with the id "%s"', (id) => {
    const sealer = createSealer([{ id, secret: randomBytes(32) }])
    expect(sealer.openText(sealer.seal('Jane', 'c'), 'c')).toBe('Jane')
  })

  it('does not open in another place, with a lost key, or after any byte was changed', () => {
    const sealer = createSealer([older])
    const sealed = sealer.seal('Jane', 'customer:1')
    expect(() => sealer.open(sealed, 'customer:2')).toThrow(SealBroken)
    expect(() => createSealer([newer]).open(sealed, 'customer:1')).toThrow(SealBroken)
    for (let place = 0; place < sealed.length; place += 1) {
      const changed = Buffer.from(sealed)
      changed[place] = (changed[place] ?? 0) ^ 1
      expect(() => sealer.open(changed, 'customer:1'), `byte ${place}`).toThrow(SealBroken)
      expect(() => sealer.open(sealed.subarray(0, place), 'customer:1')).toThrow(SealBroken)
    }
  })

  it('refuses to be made without a key, with a short one, or with two of one id', () => {
    const both = 'a sealer needs at least one key, and each key an id of its own'
    expect(() => createSealer([])).toThrow(both)
    expect(() => createSealer([{ id: 'a', secret: randomBytes(31) }])).toThrow(
      'the sealer key "a" has less than 32 bytes',
    )
    expect(() => createSealer([older, { ...newer, id: older.id }])).toThrow(both)
  })

  it('tells bytes that no gateway sealed from those that were changed or whose key is lost', () => {
    const sealed = createSealer([older]).seal('', 'a')
    const other = Buffer.concat([Buffer.of(2), sealed.subarray(1)])
    const refusals: readonly (readonly [Uint8Array, string])[] = [
      [Buffer.of(), 'the bytes were not sealed by this gateway'],
      [sealed.subarray(0, 1), 'the bytes were not sealed by this gateway'],
      [sealed.subarray(0, -1), 'the bytes were not sealed by this gateway'],
      [other, 'the bytes were not sealed by this gateway'],
      [sealed, 'the sealed bytes were changed, or belong elsewhere'],
    ]
    for (const [bytes, words] of refusals) {
      expect(() => createSealer([older]).open(bytes, 'b')).toThrow(words)
    }
    expect(() => createSealer([newer]).open(sealed, 'a')).toThrow('no key with the id "2025"')
  })
})
