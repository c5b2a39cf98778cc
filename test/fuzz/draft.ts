import type { Operation } from '../openapi/open-document.ts'
import { encodeLoosely, wellFormed } from './odd-values.ts'

export type Door = 'public' | 'internal'

/** One named part of a body. */
export interface Member {
  readonly name: string
  /** Source of a JSON value; texts of forms are taken from it where it is a string. */
  readonly json: string
  /** Bytes of a file, in multipart. */
  readonly file?: { readonly type: string; readonly fileName: string; readonly bytes: Uint8Array }
}

export type BodyKind = 'json' | 'form' | 'multipart'

/** A request while it is being made up; pairs may repeat and texts may be anything. */
export interface Draft {
  readonly door: Door
  /** What it is counted under. */
  readonly label: string
  readonly operation?: Operation
  method: string
  /** As it goes over the wire, without the query. */
  path: string
  query: (readonly [name: string, value: string])[]
  /** Put behind the query as it is. */
  queryTail: string
  headers: (readonly [name: string, value: string])[]
  body?: { kind: BodyKind; members: Member[] }
  /** Goes over the wire as it is, whatever `body` says. */
  bytes?: Uint8Array | string
  contentType?: string
  /** Whether it is as the documents say, so that a refusal of its form would be a fault. */
  isWellFormed: boolean
}

/** A request as it is sent. */
export interface WireRequest {
  readonly door: Door
  readonly label: string
  readonly operation: Operation | undefined
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  readonly body: Uint8Array | string | undefined
  readonly isWellFormed: boolean
  /** To the gateway that lets in only those with an agreement, which the fuzzer's clients have not. */
  readonly isStrict: boolean
}

export function render(draft: Draft): Omit<WireRequest, 'isStrict'> {
  const { door, label, operation, method, isWellFormed } = draft
  const query = draft.query.map(([name, value]) => `${encodeLoosely(name)}=${encodeLoosely(value)}`)
  const search = query.join('&') + draft.queryTail
  const written = draft.bytes ?? writeBody(draft.body)
  const contentType = draft.contentType ?? typeOf(draft.body)
  const headers = draft.headers.flat()
  if (written !== undefined && contentType !== '') headers.push('content-type', contentType)
  return {
    door,
    label,
    operation,
    method,
    target: draft.path + (search === '' ? '' : `?${search}`),
    headers,
    body: written,
    isWellFormed,
  }
}

const boundary = 'the-boundary-of-the-fuzzer'

const typeOf = (body: Draft['body']): string =>
  body === undefined
    ? ''
    : {
        json: 'application/json',
        form: 'application/x-www-form-urlencoded',
        multipart: `multipart/form-data; boundary=${boundary}`,
      }[body.kind]

function writeBody(body: Draft['body']): Uint8Array | string | undefined {
  switch (body?.kind) {
    case undefined:
      return undefined
    case 'json':
      return `{${body.members.map(({ name, json }) => `${JSON.stringify(name)}:${json}`).join(',')}}`
    case 'form':
      return body.members
        .map((member) => `${encodeLoosely(member.name)}=${encodeLoosely(textOf(member))}`)
        .join('&')
    case 'multipart':
      return writeMultipart(body.members)
  }
}

function writeMultipart(members: readonly Member[]): Uint8Array {
  const parts = members.map((member) => {
    const { name, file } = member
    const shown = wellFormed(name)
      .replaceAll('"', '%22')
      .replaceAll(/[\r\n\0]/g, '?')
    const head =
      file === undefined
        ? ''
        : `; filename="${file.fileName}"\r\ncontent-type: ${file.type || 'text/plain'}`
    return Buffer.concat([
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="${shown}"${head}\r\n\r\n`,
      ),
      file?.bytes ?? Buffer.from(wellFormed(textOf(member))),
      Buffer.from('\r\n'),
    ])
  })
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)])
}

/** What a form has for a JSON value. */
function textOf({ json }: Member): string {
  if (!json.startsWith('"')) return json
  try {
    return String(JSON.parse(json))
  } catch {
    return json
  }
}
