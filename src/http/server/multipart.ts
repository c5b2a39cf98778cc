import type { IncomingMessage } from 'node:http'
import { Busboy } from '@fastify/busboy'
import type { BusboyFileStream } from '@fastify/busboy'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted } from '../../domain/outcome.ts'
import type { Body, BodyLimits, BodyRefusal, FilePart } from './body.ts'
import { malformed, tooLarge } from './body.ts'
import { isText, printable } from './text.ts'

type Refusal = ReturnType<typeof malformed> | ReturnType<typeof tooLarge>

/**
 * Reads `multipart/form-data` into memory. Every part is taken as bytes and sorted afterwards, because
 * clients send pictures without a file name (SEP12-86), and parts may come in any order (SEP12-85).
 */
export function readMultipart(
  stream: IncomingMessage,
  limits: BodyLimits,
): Promise<Outcome<Body, BodyRefusal>> {
  const parser = openParser(stream, limits)
  if (parser === undefined) {
    return Promise.resolve(malformed('The multipart Content-Type needs a boundary'))
  }
  return new Promise((resolve) => {
    const parts: Promise<FilePart>[] = []
    let bytes = 0
    const refuse = (refusal: Refusal) => {
      stream.unpipe(parser)
      resolve(refusal)
    }
    parser.on('file', (...[name, file, fileName, , contentType]) => {
      const part = collect(file, limits).then((content) => ({
        name,
        contentType,
        bytes: content,
        ...(fileName && { fileName }),
      }))
      part.catch((reason: unknown) => refuse(asRefusal(reason)))
      parts.push(part)
    })
    parser.on('partsLimit', () => refuse(tooLarge(`At most ${limits.partsMax} parts are read`)))
    parser.on('error', () => refuse(malformed('The multipart body is malformed')))
    parser.on('finish', () => {
      Promise.all(parts).then(
        (all) => resolve(sortParts(all, limits)),
        (reason: unknown) => resolve(asRefusal(reason)),
      )
    })
    stream.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length
      if (bytes > limits.multipartBytesMax) {
        refuse(tooLarge(`The body may have at most ${limits.multipartBytesMax} bytes`))
      }
    })
    stream.on('close', () => {
      if (!stream.complete) refuse(malformed('The multipart body ends too early'))
    })
    stream.pipe(parser)
  })
}

function openParser(stream: IncomingMessage, limits: BodyLimits) {
  try {
    return new Busboy({
      headers: { ...stream.headers, 'content-type': stream.headers['content-type'] ?? '' },
      isPartAFile: () => true,
      limits: { parts: limits.partsMax, fileSize: limits.fileBytesMax, headerPairs: 20 },
    })
  } catch {
    return undefined
  }
}

class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

async function collect(file: BusboyFileStream, limits: BodyLimits): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of file as AsyncIterable<Uint8Array>) chunks.push(chunk)
  if (file.truncated) throw new TooLarge(`A file may have at most ${limits.fileBytesMax} bytes`)
  return Buffer.concat(chunks)
}

const asRefusal = (reason: unknown): Refusal =>
  reason instanceof TooLarge
    ? tooLarge(reason.message)
    : malformed('The multipart body is malformed')

function sortParts(parts: readonly FilePart[], limits: BodyLimits): Outcome<Body, BodyRefusal> {
  const fields = new Map<string, string>()
  const files: FilePart[] = []
  const names = new Set<string>()
  for (const part of parts) {
    if (typeof part.name !== 'string' || !isText(part.name)) {
      return malformed('A part of the multipart body has no name')
    }
    if (names.has(part.name)) return malformed(`${printable(part.name)} is given more than once`)
    names.add(part.name)
    const text = textOf(part)
    if (text === undefined) files.push(part)
    else if (part.bytes.length > limits.fieldBytesMax) {
      return tooLarge(`A text field may have at most ${limits.fieldBytesMax} bytes`)
    } else if (!isText(text)) return malformed(`${printable(part.name)} holds a NUL character`)
    else fields.set(part.name, text)
  }
  return accepted({ kind: 'multipart', fields, files })
}

function textOf(part: FilePart): string | undefined {
  if (part.fileName !== undefined || !/^(text\/plain|$)/i.test(part.contentType)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(part.bytes)
  } catch {
    return undefined
  }
}
