import type { ServerResponse } from 'node:http'
import type { StreamDrill } from '../http/exchange.ts'

/** The bytes of server-sent events as Horizon writes them (SBX-81). */
export interface EventWriter {
  readonly closed: boolean
  hello(): void
  record(id: string, record: object): void
  problem(problem: object): void
  bye(): void
  /** Ends the connection without a word. */
  cut(): void
}

export function createEventWriter(response: ServerResponse, drill: StreamDrill): EventWriter {
  let closed = false
  let bytes = 0
  let records = 0
  response.on('close', () => {
    closed = true
  })

  function cut(): void {
    closed = true
    response.destroy()
  }

  function write(text: string): void {
    if (closed) return
    const room = (drill.cutAfterBytes ?? Infinity) - bytes
    const piece = Buffer.from(text)
    bytes += piece.length
    if (piece.length < room) {
      response.write(piece)
      return
    }
    closed = true
    response.write(piece.subarray(0, room), () => response.destroy())
  }

  return {
    get closed() {
      return closed
    },
    hello: () => write('retry: 1000\nevent: open\ndata: "hello"\n\n'),
    record(id, record) {
      write(`id: ${id}\ndata: ${JSON.stringify(record)}\n\n`)
      records += 1
      if (records !== drill.cutAfterRecords || closed) return
      closed = true
      response.write('', () => response.destroy())
    },
    problem(problem) {
      const { title = 'server_error', detail = '' } = problem as { title?: string; detail?: string }
      write(`event: error\ndata: problem: ${title}. full details: ${oneLine(detail)}\n\n`)
      closed = true
      response.end()
    },
    bye() {
      write('retry: 10\nevent: close\ndata: "byebye"\n\n')
      closed = true
      response.end()
    },
    cut,
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
