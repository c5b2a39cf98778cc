import type { Client } from './clients.ts'
import type { Dice } from './dice.ts'
import type { OddValues } from './odd-values.ts'
import { wellFormed } from './odd-values.ts'
import type { FuzzMaterial } from './world.ts'

/** What earlier answers gave; a single request that is repeated does without. */
export interface Recent {
  readonly transactions: (readonly [owner: Client, id: string])[]
  readonly cursors: string[]
  /** Signed, and not sent yet. */
  readonly challenges: string[]
}

/** What a request is made up from. */
export interface Surroundings {
  readonly world: FuzzMaterial
  readonly odd: OddValues
  readonly recent: Recent
  readonly dice: Dice
  readonly client: Client
}

const recentMax = 400

/** Keeps the newest few. */
export function remember<Thing>(things: Thing[], thing: Thing): void {
  if (things.length < recentMax) things.push(thing)
  else things[Math.floor(Math.random() * recentMax)] = thing
}

/** Mostly the client's own, now and then another's or nobody's. */
export function transactionId({ dice, client, recent, world, odd }: Surroundings): string {
  const own = recent.transactions.filter(([owner]) => owner === client)
  return dice.choose([
    [20, () => dice.pick(client.transactions)],
    [20, () => (own.length === 0 ? dice.pick(client.transactions) : dice.pick(own)[1])],
    [2, () => dice.pick(dice.pick(world.clients).transactions)],
    [1, () => uuidOf(dice)],
    [1, () => odd.text(dice)],
  ])()
}

export function customerId({ dice, client, world }: Surroundings, type?: string): string {
  const own = Object.values(client.customers)
  return dice.choose([
    [30, () => (type === undefined ? dice.pick(own) : (client.customers[type] ?? dice.pick(own)))],
    [10, () => dice.pick(own)],
    [1, () => dice.pick(Object.values(dice.pick(world.clients).customers))],
    [1, () => uuidOf(dice)],
  ])()
}

export function uuidOf(dice: Dice): string {
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => dice.below(16).toString(16)).join('')
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`
}

/** An `Authorization` header: nearly always the client's own. */
export function authorizationOf(surroundings: Surroundings): string | undefined {
  const { dice, client, world, odd } = surroundings
  return dice.choose<() => string | undefined>([
    [60, () => `Bearer ${client.token}`],
    [1, () => undefined],
    [1, () => `Bearer ${dice.pick(world.clients).token}`],
    [1, () => oddAuthorization(surroundings)],
    [1, () => headerSafe(odd.text(dice))],
  ])()
}

function oddAuthorization({ dice, client: { token }, world }: Surroundings): string {
  const [head = '', body = '', signature = ''] = token.split('.')
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  return dice.pick([
    token,
    `bearer   ${token}`,
    `Basic ${token}`,
    `Bearer ${head}.${body}.`,
    `Bearer ${head}.${body}`,
    `Bearer ${none}.${body}.`,
    `Bearer ${none}.${body}.${signature}`,
    `Bearer ${head}.${body}.${signature.slice(0, -3)}AAA`,
    `Bearer ${head}.${signature}.${body}`,
    `Bearer ${token}, Bearer ${token}`,
    `Bearer ${world.sandbox.backofficeToken}`,
    'Bearer',
    'Bearer ...',
    `Bearer ${'A'.repeat(6_000)}`,
  ])
}

/** What may stand in a header at all; what may not is sent over a bare socket, see raw-requests.ts. */
export const headerSafe = (text: string): string =>
  Buffer.from(wellFormed(text))
    .toString('latin1')
    .replaceAll(/\p{Cc}/gu, ' ')
    .slice(0, 6_000)
