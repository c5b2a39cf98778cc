import { readFile } from 'node:fs/promises'
import { Memo, Operation } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { logFields } from '../../src/observability/log-fields.ts'
import { sep9Fields } from '../../src/domain/customer/sep9-fields.ts'
import type { Sep9Field } from '../../src/domain/customer/sep9-fields.ts'
import { aPng } from '../http/sep12/door.ts'
import { until } from '../until.ts'
import { assetOf, logIn, memoOf, send } from './anchor.ts'
import type { Anchor, Opened } from './anchor.ts'
import { startFairlead } from './fairlead.ts'
import type { Fairlead, SandboxFile } from './fairlead.ts'
import { startGossip } from './gossip.ts'
import type { Gossip } from './gossip.ts'
import { askBackoffice } from './outside.ts'
import type { Running } from './running.ts'
import { subscribe } from './subscriber.ts'

/** Every process tells all it can; what clients and banks said must not be in it. */

let fairlead: Fairlead
let world: SandboxFile
let anchor: Anchor
let bank: Gossip
let client: Gossip
let url = ''
let worker: Running
/** Whatever was sent and must not be found again. */
const told = new Set<string>()
const secret = (text: string): string => {
  told.add(text)
  return text
}

/** What of it is found again, also as it stands in an address. */
const toldIn = (text: string) =>
  [...told].filter((one) => text.includes(one) || text.includes(encodeURIComponent(one)))

const day = 86_400_000
const formed: Readonly<Record<string, (n: number) => string>> = {
  day: (n) => new Date(Date.UTC(1931, 0, 1) + n * 371 * day).toISOString().slice(0, 10),
  phone: (n) => `+4915550${String(100_000 + n * 7)}`,
  email: (n) => `quill${n}@zeugma.example`,
  account: (n) => `77${String(n * 31).padStart(6, '0')}990001`,
  ip: (n) => `198.51.100.${100 + n}`,
  clabe: () => '032180000118359719',
  cbu: () => '2850590940090418135201',
}
/** Too ordinary to be looked for: three letters, a few digits. */
const ordinary: Readonly<Record<string, string>> = {
  country: 'DEU',
  cardCountry: 'DE',
  language: 'de',
  occupation: '2511',
  count: '3',
  cardMonth: '29-11',
}

function valueOf({ form, choices }: Sep9Field, n: number): string {
  if (choices?.[0] !== undefined) return choices[0]
  return ordinary[form] ?? secret(formed[form]?.(n) ?? `Zeugma Quill ${n * 104_729}`)
}

let questions = 0
/** What the bank answers to the first, the second and further orders, and to questions. */
function gossip(body: string, count: number, path: string): readonly [number, string] {
  if (path.includes('fairlead-health-check')) return [200, '{"payouts":[]}']
  if (body === '') return [200, (questions += 1) > 1 ? '{"payouts":[]}' : bank.heard.join()]
  const message = `I do not like ${body.slice(0, 800)}`
  if (count === 1) return [503, JSON.stringify({ error: { code: 'unavailable', message } })]
  if (count === 2) return [400, JSON.stringify({ error: { code: 'malformed_order', message } })]
  return [201, body]
}

beforeEach(({ onTestFailed }) => {
  onTestFailed(() => void process.stderr.write(fairlead.said()))
})
beforeAll(async () => {
  bank = await startGossip(gossip)
  client = await startGossip((body) => [500, `I never ordered ${body}`])
  const settings = { FAIRLEAD_LOG_LEVEL: 'debug', FAIRLEAD_RAIL_URL: bank.url }
  fairlead = await startFairlead({ withoutGateway: true, settings })
  world = fairlead.world()
  const ports = {
    FAIRLEAD_PUBLIC_PORT: new URL(world.publicUrl).port,
    FAIRLEAD_INTERNAL_PORT: new URL(world.internalUrl).port,
  }
  const [gateway, added] = await Promise.all([
    fairlead.addGateway({ ...settings, ...ports }),
    fairlead.addWorker(settings),
  ])
  url = gateway.url
  worker = added
  anchor = await logIn({ url, world })
  secret(anchor.token)
}, 120_000)
afterAll(async () => {
  await fairlead.stop()
  await bank.stop()
  await client.stop()
})

interface Options extends Omit<RequestInit, 'headers'> {
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

const call = (path: string, options: Options = {}) =>
  fetch(url + path, {
    ...options,
    headers: { authorization: `Bearer ${options.token ?? anchor.token}`, ...options.headers },
  })
const json = (body: unknown) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** Customers with every value of SEP-9 that is taken, pictures too. */
async function registerEverything(): Promise<void> {
  const taken = [...sep9Fields.values()].filter(({ notTaken }) => notTaken === undefined)
  const form = new FormData()
  form.set('type', 'sep31-large-receiver')
  for (const [n, field] of taken.entries()) {
    if (field.form === 'binary') form.set(field.name, new Blob([Uint8Array.from(aPng)]), 'x.png')
    else form.set(field.name, valueOf(field, n))
  }
  form.set('id_type', 'passport')
  const answer = await call('/sep12/customer', { method: 'PUT', body: form })
  expect([answer.status, await answer.text()]).toEqual([202, expect.any(String)])
}

/** Calls that are refused, each with something in it that is nobody's business. */
async function askWrongly(): Promise<void> {
  const bad = (n: number) => secret(`Anaphora-Nib-${n * 15_485_863}`)
  const calls: readonly Promise<Response>[] = [
    call('/sep12/customer', { method: 'PUT', ...json({ email_address: bad(1) }) }),
    call('/sep12/customer', { method: 'PUT', ...json({ birth_date: bad(2) }) }),
    call('/sep12/customer', { method: 'PUT', ...json({ [bad(3)]: bad(4) }) }),
    call('/sep12/customer', { method: 'PUT', ...json({ 'card.number': bad(5) }) }),
    call('/sep12/customer', { method: 'PUT', ...json({ first_name: `${bad(6)}\u0000` }) }),
    call('/sep12/customer', { method: 'PUT', ...json({}), body: `{"first_name":"${bad(7)}` }),
    call('/sep12/customer', { method: 'PUT', ...json({ id: bad(8), first_name: 'A' }) }),
    call(`/sep12/customer?id=${encodeURIComponent(bad(9))}`),
    call('/sep12/customer/verification', {
      method: 'PUT',
      ...json({ id: bad(10), email_address_verification: bad(11) }),
    }),
    call(`/sep31/transactions/${encodeURIComponent(bad(12))}`),
    call('/sep31/transactions', { method: 'POST', ...json({ amount: bad(13), asset_code: 'X' }) }),
    call('/sep31/transactions', { method: 'POST', ...json({ sender_id: bad(14), amount: 5 }) }),
    call('/sep31/transactions', { method: 'POST', ...json({}), body: `["${bad(15)}"` }),
    call(`/${encodeURIComponent(bad(16))}`),
    call('/sep12/customer', { token: secret('not.a.token-of-anybody') }),
    call(`/auth?account=${encodeURIComponent(bad(17))}`),
    call('/auth', { method: 'POST', ...json({ transaction: bad(18) }) }),
    call('/sep12/customer', { headers: { 'x-request-id': secret('Anaphora Nib, born 1931') } }),
    call('/graphql', { method: 'POST', ...json({ query: `{ me(x: "${bad(20)}") { account } }` }) }),
    call('/graphql', {
      method: 'POST',
      ...json({
        query: 'query Q($first: Int) { transactions(first: $first) { nodes { id } } }',
        variables: { first: bad(21) },
      }),
    }),
    call('/graphql', {
      method: 'POST',
      ...json({
        query: 'query Q($id: ID!) { transaction(id: $id) { id } }',
        variables: { id: bad(22) },
      }),
    }),
    call('/graphql', { method: 'POST', ...json({}), body: `{"query":"${bad(23)}` }),
  ]
  for (const { status } of await Promise.all(calls)) expect(status).toBeLessThan(500)
}

/** Opens, and pays; the bank refuses with what it was told. */
async function openAndPay(n: number): Promise<Opened> {
  const person = (role: string) => ({
    first_name: secret(`Prolepsis ${role}${n}`),
    last_name: secret(`Litotes ${role}${n}`),
    email_address: secret(`${role}.${n}@hyperbaton.example`),
  })
  const senderId = await anchor.putCustomer({
    ...person('giver'),
    type: 'sep31-sender',
    memo: `${n}1`,
  })
  const receiverId = await anchor.putCustomer({
    ...person('taker'),
    type: 'sep31-receiver',
    memo: `${n}2`,
    bank_account_number: secret(`88${n}0044990001`),
    bank_number: secret('021000021'),
  })
  const opened = await anchor.open({
    amount: '100',
    asset_code: 'USDC',
    sender_id: senderId,
    receiver_id: receiverId,
    refund_memo: secret('back to aunt Synecdoche'),
    refund_memo_type: 'text',
  })
  const hook = `${client.url}/hooks/${secret('hook-4711-litotes')}?key=${secret('k-0815-litotes')}`
  const set = await call(`/sep31/transactions/${opened.id}/callback`, {
    method: 'PUT',
    ...json({ url: hook }),
  })
  expect(set.status).toBe(204)
  await anchor.pay(opened, 'USDC', '100')
  return opened
}

const lines = (): readonly Record<string, unknown>[] =>
  fairlead
    .said()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const hasLine = (wanted: Readonly<Record<string, unknown>>) =>
  lines().some((line) => Object.entries(wanted).every(([name, value]) => line[name] === value))

it('at its most talkative, no process repeats what a client, a customer or a bank said', async () => {
  await registerEverything()
  await askWrongly()
  const partner = await subscribe(url, anchor.token, secret('anacoluthon'))
  const opened = await openAndPay(1)
  const asset = assetOf(world, 'USDC')
  const gift = { destination: opened.stellar_account_id, asset, amount: '1' }
  const memo = Memo.text(secret('rent Ada Okafor'))
  await send(world, anchor.keypair, { operations: [Operation.payment(gift)], memo })
  const late = { ...gift, amount: '2' }
  await send(world, anchor.keypair, { operations: [Operation.payment(late)], memo: memoOf(opened) })
  await until(() => hasLine({ usecase: 'sendPayout', outcome: 'due' }), 'a busy bank', 30_000)
  await until(() => hasLine({ usecase: 'sendPayout', outcome: 'dead' }), 'a refusal', 30_000)
  await openAndPay(2)
  await until(() => hasLine({ usecase: 'sendPayout', outcome: 'claimed' }), 'nonsense', 30_000)
  await until(() => client.heard.length >= 1, 'the client to have been called', 30_000)
  await askBackoffice(world, '{ __typename }')
  await until(() => bank.heard.length >= 3, 'the bank to have gossiped', 60_000)
  await until(() => client.heard.length >= 1, 'the client to have been called', 30_000)
  await until(
    () => hasLine({ usecase: 'sendPayout', outcome: 'dead' }),
    'the payout to die',
    60_000,
  )
  await partner.stop()
  const variables = await readFile(world.envFile, 'utf8')
  for (const [, value = ''] of variables.matchAll(
    /^FAIRLEAD_\w*(?:SECRET|TOKEN|SEED|KEYS)=(.+)$/gm,
  )) {
    secret(value.replaceAll(/^['"]|['"]$/g, ''))
  }
  expect(told.size).toBeGreaterThan(90)

  expect(toldIn(fairlead.said())).toEqual([])
  const names = new Set([...Object.keys(logFields), 'level', 'time', 'msg'])
  expect(lines().flatMap((line) => Object.keys(line).filter((name) => !names.has(name)))).toEqual(
    [],
  )
  for (const wanted of [
    { usecase: 'registerCustomer', outcome: 'ok' },
    { usecase: 'openTransaction', outcome: 'ok', transactionId: opened.id },
    { usecase: 'collectStellarPayments', job: 'collect-stellar-payments' },
    { usecase: 'deliverCallback', job: 'deliver-callback' },
    { target: 'bank', job: 'send-payout' },
    { target: 'callback', host: new URL(client.url).host },
    { route: '/sep31/transactions', status: 201, sendingAnchor: anchor.keypair.publicKey() },
  ]) {
    expect([wanted, hasLine(wanted)]).toEqual([wanted, true])
  }
}, 150_000)

it('joins all lines of one request by its id, which a caller may bring', async () => {
  const id = 'trace-of-the-tests-1'
  const fresh = await logIn({ url, world })
  const answer = await call('/sep12/customer', {
    token: fresh.token,
    headers: { 'x-request-id': id },
  })
  expect(answer.headers.get('x-request-id')).toBe(id)
  await until(() => hasLine({ requestId: id, msg: 'answered' }), 'the line of the request')
  expect(lines().filter((line) => line['requestId'] === id)).toMatchObject([
    { usecase: 'authorise', outcome: 'ok' },
    { usecase: 'findCustomer', outcome: 'ok' },
    { route: '/sep12/customer', status: 200 },
  ])
  const login = lines().findLast((line) => line['usecase'] === 'exchangeChallenge')
  const asked = lines().filter((line) => line['requestId'] === login?.['requestId'])
  expect(asked).toContainEqual(expect.objectContaining({ target: 'horizon', status: 200 }))
})

describe('metrics of a worker alone', () => {
  /** Value of the first line with this name and these labels. */
  const valueIn = (text: string, start: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(start))
        ?.split(' ')
        .at(-1),
    )

  it('tell what it did, and what stands open for all', async () => {
    const address = /^health (http:\S+)$/m.exec(worker.said())?.[1] ?? ''
    const health = z.looseObject({ checks: z.array(z.looseObject({ name: z.string() })) })
    const { checks } = health.parse(await (await fetch(address)).json())
    expect(checks.find(({ name }) => name === 'payouts')).toMatchObject({ status: 'failing' })
    expect(checks.find(({ name }) => name === 'unmatched')).toMatchObject({ status: 'degraded' })
    expect(checks.find(({ name }) => name === 'collecting')).toMatchObject({ status: 'ok' })

    const answer = await fetch(address.replace(/health$/, 'metrics'))
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const text = await answer.text()
    const value = (start: string) => valueIn(text, start)
    expect(value('fairlead_payout_steps_total{outcome="dead"}')).toBe(1)
    expect(value('fairlead_payouts{state="dead"}')).toBe(1)
    expect(value('fairlead_stellar_payments_unmatched{reason="no_memo"}')).toBeNaN()
    expect(value('fairlead_stellar_payments_unmatched{reason="unknown_memo"}')).toBe(1)
    expect(value('fairlead_stellar_payments_unmatched{reason="already_funded"}')).toBe(1)
    expect(
      value('fairlead_job_duration_seconds_count{job="collect-stellar-payments",outcome="done"}'),
    ).toBeGreaterThan(0)
    expect(value('fairlead_outward_call_duration_seconds_count{target="bank",outcome="4xx"}')).toBe(
      1,
    )
    expect(
      value('fairlead_usecase_duration_seconds_count{usecase="sendPayout",outcome="dead"}'),
    ).toBe(1)
    expect(
      value(`fairlead_cursor_lag_ledgers{account="${assets()[0]?.distributionAccount}"}`),
    ).toBeLessThan(60)
    expect(value('fairlead_cursor_lag_seconds{')).toBeLessThan(60)
    expect(value('fairlead_network_latest_ledger ')).toBeGreaterThan(1)
    expect(value('fairlead_source_up{source="database"}')).toBe(1)
    expect(value('process_cpu_seconds_total ')).toBeGreaterThan(0)
    expect(toldIn(text)).toEqual([])
  })

  it('of a gateway count requests by template, and GraphQL by the names of the schema', async () => {
    const socket = await subscribe(url, anchor.token)
    const name = 'fairlead_graphql_subscriptions_open{api="partner"}'
    const read = async () => (await fetch(`${world.internalUrl}/metrics`)).text()
    await until(async () => valueIn(await read(), name) === 1, 'the subscription to be counted')
    await socket.stop()
    await until(async () => valueIn(await read(), name) === 0, 'it to be gone')
    const text = await read()
    const requests = 'fairlead_http_request_duration_seconds_count{listener="public"'
    const value = (start: string) => valueIn(text, start)
    expect(value(`${requests},method="POST",route="/sep31/transactions",status="2xx"}`)).toBe(2)
    expect(value(`${requests},method="GET",route="/sep31/transactions/:id",status="4xx"}`)).toBe(1)
    expect(value(`${requests},method="GET",route="none",status="4xx"}`)).toBe(1)
    const fields = 'fairlead_graphql_fields_total{api="partner"'
    expect(
      value(`${fields},operation="subscription",field="transactionEvents",outcome="ok"}`),
    ).toBeGreaterThan(1)
    expect(
      value(`${fields},operation="unreadable",field="unreadable",outcome="refused"}`),
    ).toBeGreaterThan(0)
    expect(toldIn(text)).toEqual([])
  })
})

const assets = () => world.assets
