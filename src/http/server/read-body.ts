import type { IncomingMessage } from 'node:http'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted } from '../../domain/outcome.ts'
import type { Body, BodyLimits, BodyRefusal } from './body.ts'
import { malformed, tooLarge, unsupported } from './body.ts'
import { readMultipart } from './multipart.ts'
import { mayBeStored, readPairs } from './text.ts'

/**
 * Reads JSON, urlencoded and multipart bodies by their content type, never keeping more than the
 * limits. What is left unread, after a refusal or behind the last part of a multipart body, is let run
 * past (until the server's time limit): most clients see an answer only after they have sent everything,
 * and the next request on the connection comes behind it.
 */
export async function readBody(
  stream: IncomingMessage,
  limits: BodyLimits,
): Promise<Outcome<Body, BodyRefusal>> {
  const body = await readByType(stream, limits)
  stream.resume()
  return body
}

async function readByType(
  stream: IncomingMessage,
  limits: BodyLimits,
): Promise<Outcome<Body, BodyRefusal>> {
  if (!isIdentity(stream.headers['content-encoding'])) {
    return unsupported('Send the body without Content-Encoding')
  }
  if (isEmpty(stream)) return malformed('The body is missing')
  const [type = '', ...parameters] = (stream.headers['content-type'] ?? '').toLowerCase().split(';')
  if (type.trim() === 'multipart/form-data') return readMultipart(stream, limits)
  const read = readers.get(type.trim())
  if (read === undefined) {
    return unsupported(
      'The Content-Type must be application/json, application/x-www-form-urlencoded or multipart/form-data',
    )
  }
  if (!parameters.every(isUtf8)) return unsupported('The charset must be utf-8')
  const text = await readText(stream, limits.bytesMax)
  return text.ok ? read(text.value) : text
}

const readers = new Map<string, (text: string) => Outcome<Body, BodyRefusal>>([
  ['application/json', readJson],
  ['application/x-www-form-urlencoded', readForm],
])

const isEmpty = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0'

const isIdentity = (encoding: string | undefined): boolean =>
  encoding === undefined || encoding.trim().toLowerCase() === 'identity'

function isUtf8(parameter: string): boolean {
  const [name, value] = parameter.split('=')
  return name?.trim() !== 'charset' || /^"?(utf-?8|us-ascii)"?$/.test(value?.trim() ?? '')
}

async function readText(
  stream: IncomingMessage,
  bytesMax: number,
): Promise<Outcome<string, BodyRefusal>> {
  const message = `The body may have at most ${bytesMax} bytes`
  if (Number(stream.headers['content-length'] ?? 0) > bytesMax) return tooLarge(message)
  const bytes = await collect(stream, bytesMax)
  if (bytes === undefined) return tooLarge(message)
  try {
    return accepted(utf8.decode(bytes))
  } catch {
    return malformed('The body is not UTF-8 text')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Undefined when it is too long; the rest is left unread then. Listeners cost a third of an iterator. */
function collect(stream: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const settle = (settled: () => void) => {
      stream.off('data', take).off('end', end).off('error', fail).off('close', close)
      settled()
    }
    const take = (chunk: Buffer) => {
      length += chunk.length
      if (length > bytesMax) settle(() => resolve(undefined))
      else chunks.push(chunk)
    }
    const end = () => settle(() => resolve(Buffer.concat(chunks)))
    const fail = (error: Error) => settle(() => reject(error))
    const close = () => settle(() => reject(new Error('The body ends too early')))
    stream.on('data', take).on('end', end).on('error', fail).on('close', close)
  })
}

function readJson(text: string): Outcome<Body, BodyRefusal> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return malformed('The body is not valid JSON')
  }
  return mayBeStored(value)
    ? accepted({ kind: 'json', value, text })
    : malformed('The JSON is nested too deeply, or holds a character that is no text (such as NUL)')
}

function readForm(text: string): Outcome<Body, BodyRefusal> {
  const pairs = readPairs(text)
  return pairs.ok
    ? accepted({ kind: 'form', fields: pairs.value })
    : malformed(`The form is malformed: ${pairs.refusal.message}`)
}
