import type { Exchange } from './exchange.ts'
import { Problem } from './problem.ts'

type Form = Pick<Exchange, 'headers' | 'body' | 'query'>

/** A field of a form body, or of the query where there is no body. */
export function formField({ headers, body, query }: Form, field: string): string | undefined {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type === 'multipart/form-data') return multipartField(headers['content-type'], body, field)
  if (type === undefined || type === '' || type === 'application/x-www-form-urlencoded') {
    const form = new URLSearchParams(body.toString('latin1'))
    return form.get(field) ?? query.get(field) ?? undefined
  }
  throw new Problem('unsupported_media_type')
}

function multipartField(type: string | undefined, body: Buffer, field: string) {
  const boundary = /boundary="?([^";]+)"?/i.exec(type ?? '')?.[1]
  if (boundary === undefined) return undefined
  const parts = body.toString('latin1').split(`--${boundary}`)
  for (const part of parts) {
    const [head, ...rest] = part.split('\r\n\r\n')
    if (!head?.includes(`name="${field}"`)) continue
    return rest.join('\r\n\r\n').replace(/\r\n$/, '')
  }
  return undefined
}
