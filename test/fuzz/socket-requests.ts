import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import type { Door } from './draft.ts'
import { mutateDocument } from './graphql-mutations.ts'
import { draftSubscription } from './graphql-requests.ts'
import type { GraphqlDoor, GraphqlDraft } from './graphql-requests.ts'
import { breakText } from './mutations.ts'
import { authorizationOf } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'

/** What is said on one WebSocket, from its opening to its end. */
export interface SocketRequest {
  readonly door: Door
  readonly label: string
  readonly path: string
  readonly messages: readonly string[]
}

export interface SocketAnswer {
  readonly heard: readonly string[]
  /** Undefined when it was we who closed it. */
  readonly closeCode: number | undefined
}

/** Mostly a login and a subscription, with at most one thing wrong. */
export function draftSocket(
  doors: readonly GraphqlDoor[],
  surroundings: Surroundings,
): SocketRequest {
  const { dice, odd, world } = surroundings
  const { door, path, schema } = dice.pick(doors)
  const token =
    door === 'internal' ? `Bearer ${world.sandbox.backofficeToken}` : authorizationOf(surroundings)
  const document = draftSubscription(schema, surroundings)
  const messages = [
    JSON.stringify({ type: 'connection_init', payload: { authorization: token } }),
    subscribe('1', dice.oneIn(2) ? document : mutateDocument(document, surroundings)),
    ...(dice.oneIn(3) ? [subscribe('1', document)] : []),
    ...(dice.oneIn(3) ? ['{"type":"ping","payload":{}}'] : []),
    ...(dice.oneIn(2) ? ['{"type":"complete","id":"1"}'] : []),
  ]
  const at = dice.below(messages.length)
  if (dice.oneIn(4)) messages[at] = breakText(messages[at] ?? '', surroundings)
  if (dice.oneIn(8)) messages.splice(at, 0, odd.json(dice).slice(0, 60_000))
  if (dice.oneIn(8)) messages.reverse()
  return { door, label: `WebSocket ${path}`, path, messages }
}

function subscribe(id: string, { query, operationName, variables }: GraphqlDraft): string {
  const sources = Object.entries(variables).map(([name, json]) => `${JSON.stringify(name)}:${json}`)
  const payload = [
    `"query":${JSON.stringify(query)}`,
    `"variables":{${sources.join(',')}}`,
    ...(operationName === undefined ? [] : [`"operationName":${JSON.stringify(operationName)}`]),
  ]
  return `{"type":"subscribe","id":"${id}","payload":{${payload.join(',')}}}`
}

const listenForMs = 250
const openWithinMs = 10_000

/** Says it all, listens for a moment, and closes. */
export function sendSocket(request: SocketRequest, url: string): Promise<SocketAnswer> {
  const socket = new WebSocket(url.replace(/^http/, 'ws') + request.path, 'graphql-transport-ws', {
    handshakeTimeout: openWithinMs,
  })
  const heard: string[] = []
  let isOurs = false
  return new Promise((resolve, reject) => {
    socket.on('message', (message: RawData) => heard.push((message as Buffer).toString()))
    socket.on('error', reject)
    socket.on('close', (code) => resolve({ heard, closeCode: isOurs ? undefined : code }))
    socket.on('open', () => {
      for (const message of request.messages) socket.send(message)
      setTimeout(() => {
        isOurs = socket.readyState === WebSocket.OPEN
        socket.close(1000)
      }, listenForMs)
    })
  })
}

/** Closed as the protocol has it: 4400 and above name a fault of the client; 1009 a message that is too long. */
const closeCodes = new Set([1000, 1002, 1005, 1007, 1009, 4400, 4401, 4403, 4406, 4408, 4409, 4429])
const types = new Set(['connection_ack', 'ping', 'pong', 'next', 'error', 'complete'])

export function faultsOfSocket({ heard, closeCode }: SocketAnswer): readonly string[] {
  const isOdd = closeCode !== undefined && !closeCodes.has(closeCode)
  return [
    ...(isOdd ? [`closed with ${closeCode}`] : []),
    ...heard.flatMap((message) => {
      const type = /^\{.*"type":"(\w+)"/.exec(message)?.[1] ?? 'none'
      const fault = /"code":"(INTERNAL_SERVER_ERROR|SERVICE_UNAVAILABLE)"/.exec(message)?.[1]
      return [
        ...(types.has(type) ? [] : [`a message of type ${type}`]),
        ...(fault === undefined ? [] : [`GraphQL answered ${fault}`]),
      ]
    }),
  ]
}
