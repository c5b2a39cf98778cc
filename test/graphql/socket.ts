import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import { until } from '../until.ts'
import type { AnswerError } from './ask.ts'

interface Message {
  readonly type: string
  readonly id?: string
  readonly payload?: unknown
}

/** A raw graphql-transport-ws client that shows every message, and can be rude. */
export async function openSocket(url: string, token?: string) {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws')
  const heard: Message[] = []
  let closed: { readonly code: number; readonly reason: string } | undefined
  socket.on('message', (text: RawData) => heard.push(JSON.parse(textOf(text)) as Message))
  socket.on('close', (code, reason) => (closed = { code, reason: reason.toString() }))
  socket.on('error', () => undefined)
  await once(socket, 'open')
  const send = (message: Message) => socket.send(JSON.stringify(message))
  const ended = async () => {
    await until(() => closed !== undefined, 'the socket to close')
    return closed
  }
  let ids = 0
  if (token !== undefined) {
    send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })
    await until(() => heard.length > 0 || closed !== undefined, 'the connection to be acknowledged')
  }
  const of = (id: string, type: string) =>
    heard.filter((message) => message.id === id && message.type === type)
  const subscribe = (query: string, variables: object = {}, operationName?: string): string => {
    const id = `${(ids += 1)}`
    send({ type: 'subscribe', id, payload: { query, variables, operationName } as object })
    return id
  }
  return {
    socket,
    heard,
    send,
    of,
    subscribe,
    complete: (id: string) => send({ type: 'complete', id }),
    /** Asks once and answers the first thing that comes back. */
    ask: async (query: string, variables: object = {}, operationName?: string) => {
      const id = subscribe(query, variables, operationName)
      const done = () => [...of(id, 'next'), ...of(id, 'error')][0]
      await until(() => done() !== undefined || closed !== undefined, 'an answer')
      return readAnswer(done())
    },
    isClosed: () => closed !== undefined,
    ended,
    close: async () => {
      socket.close(1000)
      await ended()
    },
  }
}

export type Socket = Awaited<ReturnType<typeof openSocket>>

interface SocketAnswer {
  readonly data?: unknown
  readonly errors: readonly AnswerError[]
}

function readAnswer(message: Message | undefined): SocketAnswer {
  if (message?.type === 'error') return { errors: message.payload as AnswerError[] }
  const { data, errors = [] } = (message?.payload ?? {}) as Partial<SocketAnswer>
  return { data, errors }
}

const textOf = (message: RawData): string =>
  Array.isArray(message)
    ? Buffer.concat(message).toString()
    : Buffer.from(message as Buffer).toString()
