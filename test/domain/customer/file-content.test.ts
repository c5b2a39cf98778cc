import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileTypeOf, mayHold, wantedFile } from '../../../src/domain/customer/file-content.ts'
import { sep9Fields } from '../../../src/domain/customer/sep9-fields.ts'

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64')
const png = bytes(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
)
const jpeg = bytes(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
)
const wholeJpeg = Buffer.concat([jpeg, Buffer.from([0xff, 0xd9])])
const pdf = Buffer.from('%PDF-1.7\n...\n%%EOF\n')
const mp4 = Buffer.from('\0\0\0\u0018ftypisom\0\0\0\0')

describe('a file', () => {
  it('is what its content says (SEP09-36, SEP12-133)', () => {
    expect(fileTypeOf(png)).toBe('image/png')
    expect(fileTypeOf(wholeJpeg)).toBe('image/jpeg')
    expect(fileTypeOf(pdf)).toBe('application/pdf')
    expect(fileTypeOf(mp4)).toBe('video/mp4')
    expect(fileTypeOf(Buffer.from('\0\0\0\u0018ftypqt  \0\0\0\0'))).toBe('video/quicktime')
    expect(fileTypeOf(bytes('GkXfo59C'))).toBe('video/webm')
    expect(fileTypeOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeUndefined()
    expect(fileTypeOf(Buffer.from('GIF89a'))).toBeUndefined()
    expect(fileTypeOf(new Uint8Array())).toBeUndefined()
  })

  it('that is cut off is none (SEP12-87)', () => {
    for (const whole of [png, wholeJpeg, pdf.subarray(0, pdf.lastIndexOf('\n'))]) {
      const lengths = [...whole.keys()]
      expect(lengths.filter((length) => fileTypeOf(whole.subarray(0, length)))).toEqual([])
    }
  })

  it('is none once a byte of its beginning is another (SEP12-87)', () => {
    const beginnings: [Buffer, number][] = [
      [png, 16],
      [wholeJpeg, 3],
      [pdf, 5],
    ]
    for (const [whole, length] of beginnings) {
      for (let place = 0; place < length; place += 1) {
        const changed = Buffer.from(whole)
        changed[place] = (changed[place] ?? 0) ^ 1
        expect(fileTypeOf(changed)).toBeUndefined()
      }
    }
  })

  it('has its end mark among the last 1024 bytes (SEP12-87)', () => {
    const withBlanks = (count: number) =>
      fileTypeOf(Buffer.from(`%PDF-1.7\n%%EOF${' '.repeat(count)}`))
    expect(withBlanks(1_019)).toBe('application/pdf')
    expect(withBlanks(1_020)).toBeUndefined()
  })

  it('is none without what makes it a picture (SEP12-87)', () => {
    const [header, end] = [png.subarray(0, 33), png.subarray(-12)]
    expect(fileTypeOf(Buffer.concat([header, end]))).toBeUndefined()
    expect(fileTypeOf(jpeg)).toBeUndefined()
    const scan = [0xff, 0xda, 0, 2, 0xff, 0xd9]
    const tables = [0xff, 0xc4, 0, 2, 0xff, 0xc8, 0, 2, 0xff, 0xcc, 0, 2]
    const frame = [0xff, 0xc0, 0, 2]
    expect(fileTypeOf(Uint8Array.of(0xff, 0xd8, ...tables, ...scan))).toBeUndefined()
    expect(fileTypeOf(Uint8Array.of(0xff, 0xd8, ...tables, ...frame, ...scan))).toBe('image/jpeg')
    expect(fileTypeOf(Uint8Array.of(0xff, 0xd8, ...tables, 0, ...frame, ...scan))).toBeUndefined()
  })

  it('has any of the frames that JPEG knows, and its end among the last 1024 bytes (SEP12-87)', () => {
    const picture = (marker: number, blanks: number) =>
      fileTypeOf(
        Uint8Array.of(
          0xff,
          0xd8,
          0xff,
          marker,
          0,
          2,
          0xff,
          0xda,
          0,
          2,
          0xff,
          0xd9,
          ...Array<number>(blanks).fill(0),
        ),
      )
    const frames = Array.from({ length: 256 }, (_, marker) => marker).filter(
      (marker) => picture(marker, 0) !== undefined,
    )
    expect(frames).toEqual([
      0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf,
    ])
    expect(picture(0xc0, 1_022)).toBe('image/jpeg')
    expect(picture(0xc0, 1_023)).toBeUndefined()
  })

  it('may have bytes of filling before a marker', () => {
    for (const count of [1, 2, 3]) {
      const filling = Array<number>(count).fill(0xff)
      const filled = [0xff, 0xd8, ...filling, 0xff, 0xc0, 0, 2, 0xff, 0xda, 0, 2, 0xff, 0xd9]
      expect(fileTypeOf(Uint8Array.from(filled))).toBe('image/jpeg')
    }
  })

  it.each([0, 1])('is damaged where a part has a length of %i, as each counts itself', (length) => {
    const picture = (counted: number) =>
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, counted, ...wholeJpeg.subarray(2))
    expect([fileTypeOf(picture(2)), fileTypeOf(picture(length))]).toEqual(['image/jpeg', undefined])
  })

  it('may have parts of more than 255 bytes', () => {
    const chunk = Buffer.concat([
      Buffer.from([0, 0, 1, 44]),
      Buffer.from('IDAT'),
      Buffer.alloc(304),
    ])
    const longPng = Buffer.concat([png.subarray(0, 33), chunk, png.subarray(-12)])
    expect(fileTypeOf(longPng)).toBe('image/png')
    const note = Buffer.from('\0\0\0\u0004tEXta\0bcCRC!', 'latin1')
    const withNote = Buffer.concat([png.subarray(0, -12), note, png.subarray(-12)])
    expect(fileTypeOf(withNote)).toBe('image/png')
    const segment = [0xff, 0xe0, 1, 44, ...Array<number>(298).fill(0)]
    const longJpeg = Uint8Array.of(0xff, 0xd8, ...segment, ...wholeJpeg.subarray(2))
    expect(fileTypeOf(longJpeg)).toBe('image/jpeg')
  })

  it('as a video proves liveness and nothing else, of all fields (SEP09-37)', () => {
    const pictures = ['image/jpeg', 'image/png', 'application/pdf'] as const
    const all = [...pictures, 'video/mp4', 'video/webm', 'video/quicktime'] as const
    const held = [...sep9Fields.values()].map((field) => [
      field.name,
      all.filter((type) => mayHold(field, type)),
    ])
    const right = [...sep9Fields.values()].map(({ name, kind }) => [
      name,
      kind !== 'binary' ? [] : name === 'proof_of_liveness' ? all : pictures,
    ])
    expect(held).toEqual(right)
  })

  it('may be anything without harm', () => {
    const start = fc.constantFrom(png.subarray(0, 20), jpeg.subarray(0, 4), Buffer.from('%PDF-'))
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 200 }), (head, rest) => {
        expect(() => fileTypeOf(Buffer.concat([head, rest]))).not.toThrow()
      }),
    )
  })
})

it('is wanted as a picture or a PDF, and as a video only to prove that somebody lives (SEP09-36)', () => {
  const pictures = 'a picture (JPEG, PNG) or a PDF that can be decoded'
  const all = 'a picture (JPEG, PNG), a PDF or a video (MP4, WebM, QuickTime) that can be decoded'
  for (const field of [...sep9Fields.values()].filter(({ kind }) => kind === 'binary')) {
    const right = field.name === 'proof_of_liveness' ? all : pictures
    expect([field.name, wantedFile(field)]).toEqual([field.name, right])
  }
})
