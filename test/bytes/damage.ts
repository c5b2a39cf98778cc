import fc from 'fast-check'

/** One change to bytes, at a place given as a fraction of their length. */
type Edit = (bytes: Uint8Array) => Uint8Array

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const at = (bytes: Uint8Array, fraction: number): number => Math.floor(bytes.length * fraction)
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)

const flipped = fc
  .record({ where: place, bit: fc.integer({ min: 0, max: 7 }) })
  .map(({ where, bit }): Edit => (bytes) => {
    const copy = Uint8Array.from(bytes)
    const index = at(copy, where)
    if (index < copy.length) copy[index] = (copy[index] ?? 0) ^ (1 << bit)
    return copy
  })

/** Lengths and counts stand in four bytes: the extremes are the ones that hurt. */
const overwritten = fc
  .record({
    where: place,
    with: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc.constantFrom(
        Uint8Array.of(0xff, 0xff, 0xff, 0xff),
        Uint8Array.of(0x7f, 0xff, 0xff, 0xff),
        Uint8Array.of(0x80, 0, 0, 0),
        Uint8Array.of(0, 0, 0, 0),
        Uint8Array.of(0, 0, 0, 1),
        Uint8Array.of(0x00),
        Buffer.from('\r\n\r\n--'),
        Buffer.from('\ud800'),
        Buffer.from('}}]]"'),
      ),
    ),
  })
  .map(({ where, with: value }): Edit => (bytes) => {
    const index = at(bytes, where)
    return joined(bytes.subarray(0, index), value, bytes.subarray(index + value.length))
  })

const inserted = fc
  .record({ where: place, what: fc.uint8Array({ minLength: 1, maxLength: 64 }) })
  .map(({ where, what }): Edit => (bytes) => {
    const index = at(bytes, where)
    return joined(bytes.subarray(0, index), what, bytes.subarray(index))
  })

const cut = fc.record({ from: place, length: place }).map(({ from, length }): Edit => (bytes) => {
  const begin = at(bytes, from)
  return joined(bytes.subarray(0, begin), bytes.subarray(begin + Math.ceil(bytes.length * length)))
})

const ended = place.map(
  (where): Edit =>
    (bytes) =>
      bytes.subarray(0, at(bytes, where)),
)

const repeated = fc
  .record({ from: place, to: place, times: fc.integer({ min: 1, max: 20 }) })
  .map(({ from, to, times }): Edit => (bytes) => {
    const [begin, end] = [at(bytes, Math.min(from, to)), at(bytes, Math.max(from, to))]
    const piece = bytes.subarray(begin, end)
    return joined(
      bytes.subarray(0, end),
      ...Array.from({ length: times }, () => piece),
      bytes.subarray(end),
    )
  })

const edit = fc.oneof(flipped, overwritten, inserted, cut, ended, repeated)

/** What a bad line or a bad mind makes of something good: one to four changes to its bytes. */
export const damage: fc.Arbitrary<Edit> = fc
  .array(edit, { minLength: 1, maxLength: 4 })
  .map((edits) => (bytes) => edits.reduce((changed, change) => change(changed), bytes))

/** Damage to a text, as the text it then reads as. */
export const damageText: fc.Arbitrary<(text: string) => string> = damage.map(
  (change) => (text) => Buffer.from(change(Buffer.from(text))).toString('latin1'),
)

/** Bytes that never were anything. */
export const noise = fc.uint8Array({ maxLength: 2_000 })
