import * as control from './control.ts'
import { refusal } from './exchange.ts'
import { unavailable } from './payout-desk.ts'
import { readOrder } from './payout-order.ts'
import { writeAccounts, writeBook, writeSummary } from './payout-on-wire.ts'
import { guardRail, headerOf } from './rail-guard.ts'
import type { BankAnswer, BankReply, BankRequest } from './exchange.ts'
import type { ControlParts } from './control.ts'
import type { RailSecrets } from './rail-guard.ts'

export interface BankParts extends ControlParts, RailSecrets {
  readonly openingBalance: string
}

interface BankRoute {
  readonly method: 'GET' | 'POST'
  /** As in the OpenAPI document: `{name}` stands for one segment. */
  readonly path: string
  /** The rail wants token and signature; the rest is for programs on the same machine. */
  readonly guard: 'rail' | 'local'
  readonly answer: (
    parts: BankParts,
    request: BankRequest,
    segment: string,
  ) => Promise<BankAnswer> | BankAnswer
}

/** All that the bank serves, and all that docs/payout-rail.openapi.yaml describes. */
export const bankRoutes: readonly BankRoute[] = [
  { method: 'POST', path: '/payouts', guard: 'rail', answer: takeOrder },
  { method: 'GET', path: '/payouts', guard: 'rail', answer: findPayout },
  {
    method: 'POST',
    path: '/payouts/{id}/cancel',
    guard: 'rail',
    answer: ({ desk }, _request, id) => desk.cancel(id),
  },
  { method: 'GET', path: '/book', guard: 'local', answer: showBook },
  {
    method: 'GET',
    path: '/book/summary',
    guard: 'local',
    answer: async ({ book }) => {
      await book.flushed()
      return { status: 200, body: writeSummary(book) }
    },
  },
  {
    method: 'GET',
    path: '/accounts',
    guard: 'local',
    answer: async ({ book, openingBalance }) => {
      await book.flushed()
      return { status: 200, body: writeAccounts(book, openingBalance) }
    },
  },
  {
    method: 'GET',
    path: '/_sandbox/settings',
    guard: 'local',
    answer: control.showSettings,
  },
  {
    method: 'POST',
    path: '/_sandbox/settings',
    guard: 'local',
    answer: control.changeSettings,
  },
  {
    method: 'GET',
    path: '/_sandbox/webhooks',
    guard: 'local',
    answer: control.showWebhooks,
  },
  {
    method: 'POST',
    path: '/_sandbox/deliver',
    guard: 'local',
    answer: control.moveTo(control.delivered),
  },
  {
    method: 'POST',
    path: '/_sandbox/return',
    guard: 'local',
    answer: control.moveTo(control.returned),
  },
  {
    method: 'POST',
    path: '/_sandbox/reject',
    guard: 'local',
    answer: control.moveTo(control.rejected),
  },
  { method: 'POST', path: '/_sandbox/reset', guard: 'local', answer: control.reset },
]

/** Finds the route, guards it, and lets the rail fail as the settings say. */
export async function answerRequest(parts: BankParts, request: BankRequest): Promise<BankAnswer> {
  const { pathname } = request.url
  const here = bankRoutes.filter(({ path }) => segmentIn(path, pathname) !== undefined)
  if (here.length === 0) return refusal(404, 'unknown_path', 'The bank has nothing at this path.')
  const route = here.find(({ method }) => method === request.method)
  if (route === undefined) {
    const allow = here.map(({ method }) => method).join(', ')
    return {
      ...refusal(405, 'unknown_method', `This path knows ${allow} only.`),
      headers: { allow },
    }
  }
  const segment = segmentIn(route.path, pathname) ?? ''
  const answer = async (): Promise<BankAnswer> => route.answer(parts, request, segment)
  if (route.guard === 'local') return request.isLocal ? answer() : notHere
  return guardRail(parts, request) ?? misbehaving(parts, answer)
}

const notHere = refusal(403, 'loopback_only', 'This path is for programs on the same machine.')

/** The segment that `{…}` stands for, '' when the path has none, undefined when it does not match. */
function segmentIn(path: string, pathname: string): string | undefined {
  const pattern = new RegExp(`^${path.replace(/\{\w+\}/, '([^/]{1,200})')}$`)
  const match = pattern.exec(pathname)
  return match === null ? undefined : (match[1] ?? '')
}

async function takeOrder({ desk }: BankParts, request: BankRequest): Promise<BankAnswer> {
  const key = headerOf(request, 'idempotency-key')
  if (!/^[\x21-\x7e]{1,128}$/.test(key)) {
    const message = 'Idempotency-Key has to be 1 to 128 printable ASCII characters without spaces.'
    return refusal(400, 'malformed_key', message)
  }
  if (!/^application\/json\b/i.test(headerOf(request, 'content-type'))) {
    return refusal(415, 'unknown_media_type', 'Content-Type has to be application/json.')
  }
  const reading = readOrder(request.body)
  if (!reading.ok) return refusal(400, 'malformed_order', reading.fault)
  return desk.order(key, reading.order)
}

async function findPayout({ desk }: BankParts, { url }: BankRequest): Promise<BankReply> {
  const key = url.searchParams.get('idempotency_key')
  return key === null || key === ''
    ? refusal(400, 'malformed_query', 'Name the payout with ?idempotency_key=.')
    : desk.find(key)
}

async function showBook({ book }: BankParts, { url }: BankRequest): Promise<BankReply> {
  await book.flushed()
  return { status: 200, body: writeBook(book, url.searchParams.get('transaction_id')) }
}

async function misbehaving(
  parts: BankParts,
  answer: () => Promise<BankAnswer>,
): Promise<BankAnswer> {
  const { latencyMs } = parts.settings()
  if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs))
  // read after the wait, or calls that wait together would fail together
  const { failNext, failWith, answerLatencyMs } = parts.settings()
  if (failNext === 0) {
    const answered = await answer()
    if (answerLatencyMs > 0) await new Promise((resolve) => setTimeout(resolve, answerLatencyMs))
    return answered
  }
  parts.set({ ...parts.settings(), failNext: failNext - 1 })
  switch (failWith) {
    case 'unavailable':
      return unavailable
    case 'drop_before':
      return 'drop'
    case 'drop_after':
      await answer()
      return 'drop'
    case 'error_after':
      await answer()
      return refusal(500, 'internal_error', 'Something went wrong in the bank.')
    case 'malformed':
      await answer()
      return { status: 200, body: 'It works!' }
  }
}
