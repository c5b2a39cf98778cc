import { defaultSettings, readSettings, writeSettings } from './behaviour.ts'
import { refusal } from './exchange.ts'
import { writePayout } from './payout-on-wire.ts'
import { payoutFieldOwners } from './payout-order.ts'
import { rejectedFor, rejection } from './verdict.ts'
import type { BankReply, BankRequest } from './exchange.ts'
import type { BankSettings } from './behaviour.ts'
import type { Book, Payout, Standing } from './book.ts'
import type { PayoutDesk } from './payout-desk.ts'
import type { Webhooks } from './webhooks.ts'

export interface ControlParts {
  readonly book: Book
  readonly desk: PayoutDesk
  readonly webhooks: Webhooks
  readonly settings: () => BankSettings
  readonly set: (settings: BankSettings) => void
}

type Json = Record<string, unknown>

export const showSettings = ({ settings }: ControlParts): BankReply => ({
  status: 200,
  body: writeSettings(settings()),
})

export function changeSettings({ settings, set }: ControlParts, request: BankRequest): BankReply {
  const json = readJson(request)
  if (json === undefined) return notJson
  const reading = readSettings(settings(), json)
  if (!reading.ok) return refusal(400, 'malformed_settings', reading.fault)
  set(reading.settings)
  return { status: 200, body: writeSettings(reading.settings) }
}

export const showWebhooks = ({ webhooks }: ControlParts): BankReply => ({
  status: 200,
  body: { webhooks: webhooks.told() },
})

export async function reset({ book, desk, webhooks, set }: ControlParts): Promise<BankReply> {
  desk.forget()
  webhooks.forget()
  set(defaultSettings)
  await book.clear()
  return { status: 200, body: { payouts: [] } }
}

/** Moves the payouts that the body names (or `"all": true`) to where the network would have brought them. */
export const moveTo =
  (standingFor: (json: Json) => Standing | undefined) =>
  async ({ book, desk }: ControlParts, request: BankRequest): Promise<BankReply> => {
    const json = readJson(request)
    if (json === undefined) return notJson
    const standing = standingFor(json)
    if (standing === undefined) return refusal(400, 'malformed_field', fieldFault)
    const named = book.payouts().filter((payout) => isNamed(json, payout))
    const moved: Payout[] = []
    for (const payout of named) {
      const after = await desk.move(payout, standing)
      if (after !== undefined) moved.push(after)
    }
    if (moved.length === 0 && json['all'] !== true) {
      const message = `No payout named by idempotency_key, payout_id or transaction_id can become ${standing.state}.`
      return refusal(named.length === 0 ? 404 : 409, 'nothing_to_move', message)
    }
    return { status: 200, body: { payouts: moved.map(writePayout) } }
  }

export const delivered = (): Standing => ({ state: 'delivered' })

export const returned = (json: Json): Standing => ({
  state: 'returned',
  reason: reasonIn(json, 'account_closed'),
})

/** With `field`, a rejection that can be corrected; without, one for good. */
export function rejected(json: Json): Standing | undefined {
  const { field } = json
  if (field === undefined) {
    return rejection(reasonIn(json, 'account_closed'), 'The receiving bank refused the payout.')
  }
  if (!isObject(field) || typeof field['name'] !== 'string') return undefined
  const owner = payoutFieldOwners.find((known) => known === field['owner'])
  if (owner === undefined) return undefined
  const { name } = field
  return rejectedFor([{ owner, name, message: `The receiving bank refused this ${name}.` }])
}

const fieldFault = `field has to be { "owner": one of ${payoutFieldOwners.join(', ')}, "name": a text }.`

const notJson = refusal(400, 'malformed_body', 'The body has to be a JSON object.')

function isNamed(json: Json, payout: Payout): boolean {
  return (
    json['all'] === true ||
    json['idempotency_key'] === payout.idempotencyKey ||
    json['payout_id'] === payout.id ||
    json['transaction_id'] === payout.transactionId
  )
}

const reasonIn = ({ reason }: Json, otherwise: string): string =>
  typeof reason === 'string' && /^[a-z_]{1,64}$/.test(reason) ? reason : otherwise

function readJson({ body }: BankRequest): Json | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    return isObject(json) ? json : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
