import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * A Stellar network and a bank that answer at once, so that what is measured is Fairlead alone. The
 * network knows no accounts (a login then counts by its master key) and has the payments it was told of;
 * the bank delivers every payout.
 */

interface PaymentPlan {
  readonly account: string
  readonly issuer: string
  readonly from: string
  readonly amount: string
  /** Payments with the memos `firstMemo`, `firstMemo + 1` and so on, one per ledger place. */
  readonly firstMemo: number
  readonly count: number
}

let plan: PaymentPlan | undefined
let payouts = 0

/** One payment per ledger, all of them closed before the start. */
const firstLedger = 1_990_000_000n

const notFound = JSON.stringify({
  type: 'https://stellar.org/horizon-errors/not_found',
  title: 'Resource Missing',
  status: 404,
})

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error))
  })
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://outside')
  const body = request.method === 'GET' ? '' : await bodyOf(request)
  const [status, json] = reply(request, url, body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
  })
  response.end(json)
}

function reply(request: IncomingMessage, url: URL, body: string): readonly [number, string] {
  const ledger = /^\/(?:ledgers\/(\d+))?$/.exec(url.pathname)
  if (ledger !== null)
    return [200, JSON.stringify(ledger[1] === undefined ? root() : about(Number(ledger[1])))]
  if (url.pathname === '/_payments') {
    plan = JSON.parse(body) as PaymentPlan
    return [200, '{}']
  }
  if (url.pathname === '/_payouts') return [200, JSON.stringify({ payouts })]
  if (url.pathname === '/payouts') return pay(request)
  const account = /^\/accounts\/(\w+)\/operations$/.exec(url.pathname)?.[1]
  if (account !== undefined && account === plan?.account) return [200, pageAfter(url, plan)]
  return [404, notFound]
}

const startedAt = Date.now()
const ledgerMs = 1_000
const ledgerAtStart = 2_000_000_000

/** A ledger a second, so that the network is never behind. */
function root(): object {
  const latest = ledgerAtStart + Math.floor((Date.now() - startedAt) / ledgerMs)
  return {
    history_latest_ledger: latest,
    history_latest_ledger_closed_at: closedAt(latest),
    history_elder_ledger: 2,
  }
}

const about = (sequence: number): object => ({
  sequence,
  hash: sequence.toString(16).padStart(64, '0'),
  closed_at: closedAt(sequence),
})

const closedAt = (sequence: number): string =>
  new Date(startedAt + (sequence - ledgerAtStart) * ledgerMs).toISOString()

function pay({ method, headers }: IncomingMessage): readonly [number, string] {
  if (method === 'GET') return [200, '{"payouts":[]}']
  payouts += 1
  const payout = {
    id: `payout-${payouts}`,
    idempotency_key: headers['idempotency-key'],
    state: 'delivered',
    delivered_at: new Date().toISOString(),
  }
  return [201, JSON.stringify(payout)]
}

function pageAfter({ searchParams }: URL, payments: PaymentPlan): string {
  const cursor = BigInt(searchParams.get('cursor') ?? '0')
  const limit = Number(searchParams.get('limit') ?? '200')
  const first = cursor < firstLedger << 32n ? 0 : Number((cursor >> 32n) - firstLedger) + 1
  const length = Math.max(0, Math.min(limit, payments.count - first))
  const records = Array.from({ length }, (_, place) => recordOf(first + place, payments))
  return JSON.stringify({ _embedded: { records } })
}

function recordOf(place: number, payments: PaymentPlan): object {
  const id = ((firstLedger + BigInt(place)) << 32n) + 1n
  const hash = place.toString(16).padStart(64, '0')
  return {
    id: id.toString(),
    paging_token: id.toString(),
    transaction_successful: true,
    source_account: payments.from,
    type: 'payment',
    type_i: 1,
    created_at: closedAt(Number(firstLedger) + place),
    transaction_hash: hash,
    asset_type: 'credit_alphanum4',
    asset_code: 'USDC',
    asset_issuer: payments.issuer,
    from: payments.from,
    to: payments.account,
    amount: payments.amount,
    transaction: {
      hash,
      successful: true,
      memo_type: 'id',
      memo: String(payments.firstMemo + place),
      source_account: payments.from,
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`ready http://127.0.0.1:${port}\n`)
})
process.on('SIGTERM', () => process.exit(0))
