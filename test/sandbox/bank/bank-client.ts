import { signRequest } from '../../../src/sandbox/bank/signature.ts'
import { startSandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'
import type { SandboxBank, SandboxBankOptions } from '../../../src/sandbox/bank/sandbox-bank.ts'

export const secrets = { token: 'the-token', secret: 'the-secret' }

export const startBank = (options: Partial<SandboxBankOptions> = {}): Promise<SandboxBank> =>
  startSandboxBank({ port: 0, ...secrets, ...options })

/** A bank that calls nobody. */
export const noWebhooks = {
  tell: () => undefined,
  told: () => [],
  forget: () => undefined,
  stop: () => Promise.resolve(),
}

export interface BankResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export interface RawCall {
  readonly method?: string
  readonly body?: string
  readonly key?: string
  /** Laid over the headers that make a good call. */
  readonly headers?: Record<string, string>
}

/** A signed call with whatever headers laid over it. */
export async function call(url: string, raw: RawCall = {}): Promise<BankResponse> {
  const { method = 'GET', body = '', key = '' } = raw
  const { pathname, search } = new URL(url)
  const timestamp = Math.floor(Date.now() / 1000).toString()
  const signed = {
    method,
    path: `${pathname}${search}`,
    timestamp,
    idempotencyKey: key,
    body: Buffer.from(body),
  }
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${secrets.token}`,
      'payout-timestamp': timestamp,
      'payout-signature': signRequest(secrets.secret, signed),
      ...(key === '' ? {} : { 'idempotency-key': key }),
      ...(body === '' ? {} : { 'content-type': 'application/json' }),
      ...raw.headers,
    },
    ...(body === '' ? {} : { body }),
  })
  const json = (await response.json()) as Record<string, unknown> // every answer of the bank is an object
  return { status: response.status, headers: response.headers, body: json }
}

export const anOrder = (account: string, changes: Record<string, unknown> = {}): string =>
  JSON.stringify({
    transaction_id: 'tx-1',
    amount: { value: '10.50', currency: 'USD' },
    method: 'WIRE',
    receiver: { bank_account_number: account },
    sender: {},
    transaction_fields: {},
    reference: 'Invoice 7',
    ...changes,
  })

export const orderPayout = (bank: SandboxBank, key: string, body: string): Promise<BankResponse> =>
  call(`${bank.url}/payouts`, { method: 'POST', key, body })

/** Control calls and the book need no signature. */
export async function control(
  bank: SandboxBank,
  path: string,
  json: Record<string, unknown> = {},
): Promise<BankResponse> {
  const response = await fetch(`${bank.url}/_sandbox/${path}`, {
    method: 'POST',
    body: JSON.stringify(json),
  })
  const body = (await response.json()) as Record<string, unknown> // as above
  return { status: response.status, headers: response.headers, body }
}

export interface BookOnWire {
  readonly payouts: readonly { state: string; idempotency_key: string }[]
  readonly movements: readonly { kind: string; transaction_id: string; account: string }[]
}

export async function readBook(bank: SandboxBank): Promise<BookOnWire> {
  const response = await fetch(`${bank.url}/book`)
  return (await response.json()) as BookOnWire // checked against the document in its own test
}
