import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export interface Answered {
  readonly status: number
  readonly body: string
}

/** One kept-alive connection with one request under way at a time. */
export interface Connection {
  call(request: RequestLine): Promise<Answered>
  close(): void
}

export interface RequestLine {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly token?: string
  readonly json?: string
}

/**
 * HTTP/1.1 by hand: the load has to cost as little as can be, as it shares the machine with what is
 * measured. Reads answers with a Content-Length only, which is what a gateway sends.
 */
export async function openConnections(url: string, count: number): Promise<readonly Connection[]> {
  const { hostname, port, host } = new URL(url)
  const reach = async () => {
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname)
    socket.setNoDelay(true)
    await once(socket, 'connect')
    return speak(socket, host)
  }
  return Promise.all(Array.from({ length: count }, async () => kept(reach, await reach())))
}

/** A gateway closes what was idle for long, as while a database is being filled: then it is reached anew. */
function kept(reach: () => Promise<Line>, first: Line): Connection {
  let line = first
  return {
    async call(request) {
      if (line.isClosed()) line = await reach()
      return line.call(request)
    },
    close: () => line.close(),
  }
}

interface Line extends Connection {
  isClosed(): boolean
}

interface Waiting {
  resolve(answer: Answered): void
  reject(reason: Error): void
}

function speak(socket: Socket, host: string): Line {
  let received = Buffer.alloc(0)
  let waiting: Waiting | undefined
  let isClosed = false
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const answer = readAnswer(received)
    if (answer === undefined) return
    received = Buffer.alloc(0)
    waiting?.resolve(answer)
  })
  const fail = () => {
    isClosed = true
    waiting?.reject(new Error('The gateway closed the connection'))
  }
  socket.on('close', fail).on('end', fail).on('error', fail)
  return {
    isClosed: () => isClosed,
    call: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        socket.write(writeRequest(request, host))
      }),
    close: () => {
      waiting = undefined
      socket.destroy()
    },
  }
}

function writeRequest({ method, path, token, json }: RequestLine, host: string): string {
  const authorization = token === undefined ? '' : `authorization: Bearer ${token}\r\n`
  const body =
    json === undefined
      ? '\r\n'
      : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${authorization}${body}`
}

function readAnswer(received: Buffer): Answered | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = received.toString('latin1', 0, end)
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? '0')
  if (received.length < end + 4 + length) return undefined
  return { status: Number(head.slice(9, 12)), body: received.toString('utf8', end + 4) }
}
