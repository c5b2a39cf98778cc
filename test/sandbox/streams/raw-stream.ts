import { get } from 'node:http'
import type { ClientRequest } from 'node:http'

/** Server-sent events as they come over the wire. */
export interface RawStream {
  readonly text: string
  readonly ids: readonly string[]
  readonly ended: boolean
  readonly status: number | undefined
  close(): void
}

export function openRawStream(url: string, headers: Record<string, string> = {}): RawStream {
  let text = ''
  let ended = false
  let status: number | undefined
  const request: ClientRequest = get(
    url,
    { headers: { accept: 'text/event-stream', ...headers }, agent: false },
    (response) => {
      status = response.statusCode
      response.setEncoding('utf8')
      response.on('data', (piece: string) => {
        text += piece
      })
      response.on('close', () => {
        ended = true
      })
      response.on('error', () => undefined)
    },
  )
  request.on('error', () => {
    ended = true
  })
  return {
    get text() {
      return text
    },
    get ids() {
      return [...text.matchAll(/^id: (.+)$/gm)].map(([, id]) => String(id))
    },
    get ended() {
      return ended
    },
    get status() {
      return status
    },
    close: () => request.destroy(),
  }
}
