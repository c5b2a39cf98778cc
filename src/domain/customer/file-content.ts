import type { Sep9Field } from './sep9-fields.ts'

/** What a file is by its content; names and declared types are not believed (SEP09-36, SEP12-133). */
export type FileType =
  'image/jpeg' | 'image/png' | 'application/pdf' | 'video/mp4' | 'video/webm' | 'video/quicktime'

/** The type of these bytes; undefined when they are none of ours, or are damaged or cut off. */
export function fileTypeOf(bytes: Uint8Array): FileType | undefined {
  if (isJpeg(bytes)) return 'image/jpeg'
  if (isPng(bytes)) return 'image/png'
  if (isPdf(bytes)) return 'application/pdf'
  if (startsWith(bytes, [0x1a, 0x45, 0xdf, 0xa3])) return 'video/webm'
  if (textAt(bytes, 4, 4) !== 'ftyp') return undefined
  return textAt(bytes, 8, 4) === 'qt  ' ? 'video/quicktime' : 'video/mp4'
}

/** Whether a field may hold a file of this type: pictures and PDF, videos only as proof of liveness. */
export const mayHold = (field: Sep9Field, type: FileType): boolean =>
  field.kind === 'binary' && (!type.startsWith('video/') || field.name === 'proof_of_liveness')

/** Ends the sentence "must be …" about a file field. */
export const wantedFile = (field: Sep9Field): string =>
  field.name === 'proof_of_liveness'
    ? 'a picture (JPEG, PNG), a PDF or a video (MP4, WebM, QuickTime) that can be decoded'
    : 'a picture (JPEG, PNG) or a PDF that can be decoded'

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** Walks the chunks: IHDR first, picture data within, IEND last, every length inside the file. */
function isPng(bytes: Uint8Array): boolean {
  if (!startsWith(bytes, pngSignature) || textAt(bytes, 12, 4) !== 'IHDR') return false
  let hasData = false
  for (let place = 8; place + 12 <= bytes.length;) {
    const name = textAt(bytes, place + 4, 4)
    if (name === 'IEND') return hasData
    hasData ||= name === 'IDAT'
    place += 12 + numberAt(bytes, place, 4)
  }
  return false
}

/** Walks the segments up to the scan, which needs a frame before it and the end marker after it. */
function isJpeg(bytes: Uint8Array): boolean {
  if (!startsWith(bytes, [0xff, 0xd8, 0xff])) return false
  let hasFrame = false
  for (let place = 2; place + 4 <= bytes.length;) {
    if (bytes[place] !== 0xff) return false
    const marker = bytes[place + 1] ?? 0
    if (marker === 0xda) return hasFrame && hasEnd(bytes, [0xff, 0xd9], 1024)
    hasFrame ||= isFrame(marker)
    // a length counts itself: one that is too short leads back to its own bytes, which are no marker
    place += marker === 0xff ? 1 : 2 + numberAt(bytes, place + 2, 2)
  }
  return false
}

const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

const isPdf = (bytes: Uint8Array): boolean =>
  textAt(bytes, 0, 5) === '%PDF-' && hasEnd(bytes, [0x25, 0x25, 0x45, 0x4f, 0x46], 1024)

/** Whether the mark is among the last bytes: some writers leave blanks after it. */
function hasEnd(bytes: Uint8Array, mark: readonly number[], within: number): boolean {
  for (let place = bytes.length - mark.length; place >= bytes.length - within; place -= 1) {
    if (mark.every((byte, offset) => bytes[place + offset] === byte)) return true
  }
  return false
}

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, place) => bytes[place] === byte)

const textAt = (bytes: Uint8Array, place: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(place, place + length))

const numberAt = (bytes: Uint8Array, place: number, length: number): number =>
  bytes.subarray(place, place + length).reduce((number, byte) => number * 256 + byte, 0)
