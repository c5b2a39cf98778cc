import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Keypair, WebAuth } from '@stellar/stellar-sdk'
import { onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'

/** A receiving anchor at the network: it answers as it is told, and keeps what it was asked. */
export interface ReceivingAnchor {
  readonly url: string
  /** Method, path, whether it came with the token, media type, and body of each request, in order. */
  readonly asked: readonly string[]
  /** Tells every subscriber something; nobody listens any more when this is false. */
  tell(event: Event): void
  readonly listeners: () => number
  /** Ends the subscriptions, for good. */
  hangUp(): void
}

export interface Event {
  readonly type: string
  readonly status: string
  readonly note?: string | null
}

export interface Answers {
  readonly stellarAccount?: string
  /** JSON of an answer by `METHOD /path`, in place of the usual one; a number refuses with that status. */
  readonly instead?: Readonly<Record<string, unknown>>
  readonly refusesSubscribers?: boolean
  /** Told as soon as a request by `METHOD /path` was answered. */
  readonly events?: Readonly<Record<string, readonly Event[]>>
}

const signing = Keypair.random()
const token = 'the-token'
export const homeDomain = 'anchor.test'
export const networkPassphrase = 'The network of a receiving anchor'
/** Each service has a place of its own, and the login is at another host. */
export const places = { login: '/login/auth', customers: '/kyc', payments: '/sep31' } as const

export async function startReceivingAnchor(answers: Answers = {}): Promise<ReceivingAnchor> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const { path, query } = placeOf(request)
      const body = await bodyOf(request)
      asked.push(inOneLine(request, body))
      const place = `${request.method} ${path}`
      const told = answers.instead?.[place]
      const answer = told ?? usual[place]?.({ answers, query, body, url }) ?? 404
      const refused = typeof answer === 'number'
      response.writeHead(refused ? answer : 200)
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
      for (const event of answers.events?.[place] ?? []) tell(event)
    })()
  })
  const sockets = new WebSocketServer({ server, path: '/graphql' })
  const tell = (event: Event): void => {
    for (const socket of sockets.clients)
      socket.emit('tell', { data: { transactionEvents: event } })
  }
  sockets.on('connection', (socket) => {
    let id = ''
    const unsaid: unknown[] = []
    const say = (message: object) => socket.send(JSON.stringify(message))
    socket.on('tell', (payload: unknown) =>
      id === '' ? unsaid.push(payload) : say({ id, type: 'next', payload }),
    )
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as {
        readonly type: string
        readonly id: string
        readonly payload?: object
      } // graphql-transport-ws
      if (message.type === 'connection_init' && answers.refusesSubscribers) {
        socket.close(4403, 'Forbidden')
      } else if (message.type === 'connection_init') {
        asked.push(`subscriber ${JSON.stringify(message.payload)}`)
        say({ type: 'connection_ack' })
      }
      if (message.type !== 'subscribe') return
      id = message.id
      say({ id, type: 'next', payload: { data: null } }) // to be passed over
      say({ id, type: 'next', payload: { errors: [{ message: 'none today' }] } }) // this too
      for (const payload of unsaid) say({ id, type: 'next', payload })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const hangUp = () => {
    for (const socket of sockets.clients) socket.close(4400, 'the end') // not to be tried again
  }
  onTestFinished(() => {
    hangUp()
    server.close()
    server.closeAllConnections()
  })
  return { url, asked, tell, hangUp, listeners: () => sockets.clients.size }
}

interface Question {
  readonly answers: Answers
  readonly query: URLSearchParams
  readonly body: string
  readonly url: string
}

const memo = { type: 'hash', value: Buffer.alloc(32, 7).toString('base64') }
const usual: Readonly<Record<string, (question: Question) => unknown>> = {
  'GET /.well-known/stellar.toml': ({ url }) => tomlOf(url),
  'GET /login/auth': (question) => ({ transaction: challengeFor(question) }),
  'POST /login/auth': (question) => (isSigned(question) ? { token } : 401),
  'PUT /kyc/customer': ({ body }) => ({
    id: (JSON.parse(body) as { type?: string }).type ?? 'again',
  }),
  'GET /kyc/customer': ({ query }) => ({
    id: query.get('id'),
    status: 'NEEDS_INFO',
    fields: {
      bank_account_number: { description: 'Where the money goes' },
      iban: { description: 'In its place', optional: true },
    },
    provided_fields: {
      first_name: { status: 'ACCEPTED' },
      bank_account_number: { status: 'REJECTED', error: 'Unknown number' },
    },
  }),
  'POST /sep31/transactions': ({ answers }) => ({
    id: 'tx-1',
    stellar_account_id: answers.stellarAccount,
    stellar_memo_type: memo.type,
    stellar_memo: memo.value,
  }),
  'GET /sep31/transactions/tx-1': () => ({
    transaction: { status: 'completed', amount_in: '100.00', amount_out: '98.5' },
  }),
}

const loginHost = (url: string): string => `localhost:${new URL(url).port}`

const tomlOf = (url: string): string =>
  [
    `SIGNING_KEY="${signing.publicKey()}"`,
    `WEB_AUTH_ENDPOINT="http://${loginHost(url)}${places.login}"`,
    `KYC_SERVER="${url}${places.customers}"`,
    `DIRECT_PAYMENT_SERVER="${url}${places.payments}"`,
    `NETWORK_PASSPHRASE="${networkPassphrase}"`,
  ].join('\n')

function challengeFor({ query, url }: Question): string {
  const host = loginHost(url)
  const account = query.get('account') ?? ''
  return WebAuth.buildChallengeTx(signing, account, homeDomain, 300, networkPassphrase, host)
}

function isSigned({ body, url }: Question): boolean {
  const { transaction } = JSON.parse(body) as { transaction: string } // what the demo sends
  const { tx, clientAccountID } = WebAuth.readChallengeTx(
    transaction,
    signing.publicKey(),
    networkPassphrase,
    homeDomain,
    loginHost(url),
  )
  return WebAuth.verifyTxSignedBy(tx, clientAccountID)
}

const placeOf = (request: IncomingMessage) => {
  const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://anchor')
  return { path, query }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function inOneLine({ method, url, headers }: IncomingMessage, body: string): string {
  const login = headers.authorization
  return [method, url, login, headers['content-type'], body].filter(Boolean).join(' ')
}
