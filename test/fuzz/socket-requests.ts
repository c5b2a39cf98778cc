import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import type { Door } from './draft.ts'
import { mutateDocument } from './graphql-mutations.ts'
import { draftSubscription } from './graphql-requests.ts'
import type { GraphqlDoor, GraphqlDraft } from './graphql-requests.ts'
import { until } from '../until.ts'
import { breakText } from './mutations.ts'
import { authorizationOf } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'

/** What is said on one WebSocket, from its opening to its end. */
export interface SocketRequest {
  readonly door: Door
  readonly label: string
  readonly path: string
  readonly messages: readonly string[]
  /** Waits for the answer to its login. */
  readonly isPatient: boolean
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
    ...(dice.oneIn(8) ? [subscribe('1', document)] : []),
    ...(dice.oneIn(3) ? ['{"type":"ping","payload":{}}'] : []),
    ...(dice.oneIn(6) ? ['{"type":"complete","id":"1"}'] : []),
  ]
  const at = dice.below(messages.length)
  if (dice.oneIn(8)) messages[at] = breakText(messages[at] ?? '', surroundings)
  if (dice.oneIn(12)) messages.splice(at, 0, odd.json(dice).slice(0, 60_000))
  if (dice.oneIn(20)) messages.reverse()
  return { door, label: `WebSocket ${path}`, path, messages, isPatient: !dice.oneIn(6) }
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

const answerWithinMs = 1_000
const openWithinMs = 10_000

/** Says it all, mostly after the login was answered, listens until the first word about it, and closes. */
export async function sendSocket(request: SocketRequest, url: string): Promise<SocketAnswer> {
  const socket = new WebSocket(url.replace(/^http/, 'ws') + request.path, 'graphql-transport-ws', {
    handshakeTimeout: openWithinMs,
  })
  const heard: string[] = []
  let closeCode: number | undefined
  socket.on('message', (message: RawData) => heard.push((message as Buffer).toString()))
  socket.on('close', (code) => (closeCode = code))
  await once(socket, 'open')
  const isClosed = () => closeCode !== undefined
  const [first = '', ...others] = request.messages
  socket.send(first)
  if (request.isPatient) await within(() => heard.length > 0 || isClosed())
  for (const message of others) socket.send(message)
  await within(() => heard.some((message) => isAnswer.test(message)) || isClosed())
  const isTheirs = isClosed()
  socket.close(1000)
  await until(isClosed, 'the socket to close')
  return { heard, closeCode: isTheirs ? closeCode : undefined }
}

const isAnswer = /"type":"(next|error|complete)"/

/** It may also never come. */
const within = (condition: () => boolean): Promise<void> =>
  until(condition, 'an answer', answerWithinMs).catch(() => undefined)

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
