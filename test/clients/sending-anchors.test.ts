import { Keypair, Operation, StellarToml } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assetOf, logIn, memoOf, send, thirdParty } from '../flows/anchor.ts'
import type { Anchor, Opened } from '../flows/anchor.ts'
import { startFairlead } from '../flows/fairlead.ts'
import type { Fairlead, SandboxFile } from '../flows/fairlead.ts'
import { until } from '../until.ts'

/** Each kind of stranger does what it is known to do, against a whole sandbox. */
let fairlead: Fairlead
let world: SandboxFile
let keypair: Keypair
const page = { payment: '', kyc: '' }

beforeAll(async () => {
  fairlead = await startFairlead()
  world = fairlead.world()
  keypair = Keypair.fromSecret(world.sendingAnchor.secretKey)
  const host = new URL(world.publicUrl).host
  const toml = await StellarToml.Resolver.resolve(host, { allowHttp: true })
  page.payment = toml.DIRECT_PAYMENT_SERVER ?? ''
  page.kyc = toml.KYC_SERVER ?? ''
}, 90_000)
afterAll(() => fairlead.stop())

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

interface Call {
  readonly token?: string
  readonly json?: object
  readonly form?: Readonly<Record<string, string>>
  readonly text?: string
}

function contentOf({ json, form, text }: Call): { type?: string; body?: string | FormData } {
  if (json !== undefined) return { type: 'application/json', body: JSON.stringify(json) }
  if (text !== undefined) return { type: 'text/plain', body: text }
  if (form === undefined) return {}
  const body = new FormData()
  for (const [name, value] of Object.entries(form)) body.append(name, value)
  return { body }
}

/** A call as a stranger makes it: nothing is checked, everything is told. */
async function call(line: string, options: Call = {}): Promise<Answer> {
  const [method = '', url = ''] = line.split(' ')
  const { type, body } = contentOf(options)
  const headers = {
    ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
    ...(type !== undefined && { 'content-type': type }),
  }
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
  const text = await response.text()
  const read = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
  return { status: response.status, body: read }
}

const anchorOf = (own: Keypair = keypair): Promise<Anchor> =>
  logIn({ url: world.publicUrl, world, keypair: own })

const infoOf = async (code: string): Promise<Record<string, unknown>> => {
  const { status, body } = await call(`GET ${page.payment}/info`)
  expect(status).toBe(200)
  return (body['receive'] as Record<string, Record<string, unknown>>)[code] ?? {}
}

const readTransaction = async (token: string, id: string): Promise<Record<string, unknown>> => {
  const { status, body } = await call(`GET ${page.payment}/transactions/${id}`, { token })
  expect([status, Object.keys(body)]).toEqual([200, ['transaction']])
  return body['transaction'] as Record<string, unknown>
}

/** The statuses seen on the way to this one. */
async function follow(token: string, id: string, last: string): Promise<readonly string[]> {
  const seen = new Set<string>()
  await until(
    async () => {
      seen.add(String((await readTransaction(token, id))['status']))
      return seen.has(last)
    },
    `${id} to be ${last}`,
    20_000,
  )
  return [...seen]
}

const person = { first_name: 'Ada', last_name: 'Okafor' }
const email = { email_address: 'ada@example.com' }

describe('the guide of SEP-31', () => {
  it('finds the payment server and a plain /info in stellar.toml, and no /fee (SEP31-G01, SEP31-G02, SEP31-G04, SEP31-G05, SEP31-G06)', async () => {
    expect(await infoOf('SRT')).toMatchObject({
      enabled: true,
      min_amount: 1,
      max_amount: 10_000,
      fee_fixed: 1,
      fee_percent: 0.01,
      sender_sep12_type: 'sep31-sender',
      receiver_sep12_type: 'sep31-receiver-name',
      fields: {
        transaction: {
          routing_number: { description: expect.stringMatching(/\w/) },
          account_number: { description: expect.stringMatching(/\w/) },
        },
      },
    })
    expect((await call(`GET ${page.payment}/fee?asset_code=SRT&amount=10`)).status).toBe(404)
  })

  it('registers a customer: what is wanted, a slip, the data, the deletion (SEP31-G09, SEP31-G10, SEP31-G18)', async () => {
    const { token, keypair: own } = await anchorOf(Keypair.random())
    const asked = await call(`GET ${page.kyc}/customer?type=sep31-receiver`, { token })
    expect(asked).toMatchObject({ status: 200, body: { status: 'NEEDS_INFO' } })
    expect(asked.body).not.toHaveProperty('id')
    const names = Object.keys(asked.body['fields'] as object)
    expect(names).toEqual(expect.arrayContaining([...Object.keys(person), 'bank_account_number']))
    const line = `PUT ${page.kyc}/customer`
    const slip = { ...person, email_address: 'nowhere' }
    expect((await call(line, { token, json: slip })).status).toBe(400)
    const bank = { bank_account_number: '1000990001', bank_number: '021000021' }
    const data = { ...person, ...email, ...bank, type: 'sep31-receiver' }
    const put = await call(line, { token, json: data })
    expect(put).toEqual({ status: 202, body: { id: expect.any(String) } })
    const found = `GET ${page.kyc}/customer?id=${String(put.body['id'])}`
    expect(await call(found, { token })).toMatchObject({
      status: 200,
      body: { status: 'ACCEPTED' },
    })
    const gone = await call(`DELETE ${page.kyc}/customer/${own.publicKey()}`, { token })
    expect(gone.status).toBe(200)
    expect((await call(found, { token })).status).toBe(404)
  })

  it('sends a path payment with the memo of the answer, and corrects bank data by PATCH (SEP31-G07, SEP31-G11, SEP31-G12, SEP31-G13, SEP31-G14, SEP31-G16)', async () => {
    const anchor = await anchorOf()
    const { token } = anchor
    const claims = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
    ) as object
    expect(claims).toMatchObject({ sub: keypair.publicKey(), exp: expect.any(Number) })
    const opened = await anchor.open({
      amount: 50,
      asset_code: 'SRT',
      sender_id: await anchor.putCustomer({ ...person, ...email, memo: '31' }),
      receiver_id: await anchor.putCustomer({ ...person, memo: '32' }),
      fields: { transaction: { routing_number: '021000021', account_number: '1000990004' } },
    })
    const asset = assetOf(world, 'SRT')
    const path = Operation.pathPaymentStrictReceive({
      sendAsset: asset,
      sendMax: '50',
      destination: opened.stellar_account_id,
      destAsset: asset,
      destAmount: '50',
      path: [],
    })
    await send(world, keypair, { operations: [path], memo: memoOf(opened) })
    await follow(token, opened.id, 'pending_transaction_info_update')
    const { required_info_updates: wanted } = await readTransaction(token, opened.id)
    expect(Object.keys((wanted as { transaction: object }).transaction)).toEqual(['account_number'])
    const patched = await call(`PATCH ${page.payment}/transactions/${opened.id}`, {
      token,
      json: { fields: { transaction: { account_number: '1000990002' } } },
    })
    expect(patched).toMatchObject({ status: 200, body: { transaction: { id: opened.id } } })
    expect(await follow(token, opened.id, 'completed')).toContain('pending_external')
  }, 40_000)

  it('corrects the data of a customer by SEP-12, and the payout is tried again (SEP31-G15, SEP31-G14)', async () => {
    const anchor = await anchorOf()
    const bank = { bank_account_number: '1000990004', bank_number: '021000021' }
    const type = 'sep31-receiver'
    const receiverId = await anchor.putCustomer({ ...person, ...email, ...bank, type, memo: '34' })
    const opened = await anchor.open({
      amount: '20',
      asset_code: 'USDC',
      sender_id: await anchor.putCustomer({ ...person, ...email, memo: '33' }),
      receiver_id: receiverId,
    })
    await anchor.pay(opened, 'USDC', '20')
    await follow(anchor.token, opened.id, 'pending_customer_info_update')
    const line = `GET ${page.kyc}/customer?id=${receiverId}`
    const { body } = await call(line, { token: anchor.token })
    expect(body).toMatchObject({ status: 'NEEDS_INFO', fields: { bank_account_number: {} } })
    await anchor.putCustomer({ id: receiverId, bank_account_number: '1000990001' })
    await follow(anchor.token, opened.id, 'completed')
  }, 40_000)
})

describe('the test suite of the SDF', () => {
  it('finds an enabled asset with nothing it does not know (SEP31-C01, SEP31-C03, SEP31-C04)', async () => {
    expect(page.payment).toMatch(/[^/]$/)
    expect(page.kyc).toMatch(/[^/]$/)
    const { enabled, fields, sep12 } = await infoOf('USDC')
    expect({ enabled, fields }).toEqual({ enabled: true, fields: { transaction: {} } })
    expect(Object.keys(sep12 as object)).toEqual(['sender', 'receiver'])
  })

  it('opens with a receiver of another memo, and asks amiss (SEP31-C05, SEP31-C06, SEP31-C07, SEP31-C08, SEP31-C09, SEP31-C10, SEP31-C11, SEP31-C12)', async () => {
    const bank = { bank_account_number: '1000990001', bank_number: '021000021' }
    const { token } = await anchorOf()
    const customers = [
      { ...person, ...email, memo: '1', memo_type: 'id', type: 'sep31-sender' },
      { ...person, ...email, ...bank, memo: '2', memo_type: 'id', type: 'sep31-receiver' },
    ]
    const ids: unknown[] = []
    for (const { type, ...json } of customers) {
      const { status, body } = await call(`PUT ${page.kyc}/customer`, { token, json })
      const line = `GET ${page.kyc}/customer?id=${String(body['id'])}&type=${type}`
      expect(status).toBe(202)
      expect((await call(line, { token })).body['status']).toBe('ACCEPTED')
      ids.push(body['id'])
    }
    const line = `POST ${page.payment}/transactions`
    expect((await call(line, { text: '{}' })).status).toBe(403)
    const [sender_id, receiver_id] = ids
    const json = {
      amount: 100,
      asset_code: 'USDC',
      sender_id,
      receiver_id,
      funding_method: 'SEPA',
      fields: { transaction: {} },
    }
    for (const amiss of [{ asset_code: 'USDC' }, { amount: 100 }]) {
      const { status, body } = await call(line, { token, json: amiss })
      expect([status, typeof body['error']]).toEqual([400, 'string'])
    }
    const { status, body } = await call(line, { token, json })
    expect([status, Object.keys(body).toSorted()]).toEqual([
      201,
      ['id', 'stellar_account_id', 'stellar_memo', 'stellar_memo_type'],
    ])
    expect(await readTransaction(token, String(body['id']))).toMatchObject({
      id: body['id'],
      status: 'pending_sender',
      started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    })
    const none = await call(`GET ${page.payment}/transactions/not-an-id`, { token })
    expect(none.status).toBe(404)
  })
})

describe('the demo wallet', () => {
  it('pays as the sending anchor, with hash memos and multipart forms (SEP31-C15, SEP31-C16, SEP31-C17, SEP31-C18, SEP31-C19, SEP31-C20, SEP31-C21, SEP31-C22, SEP31-C23, SEP31-C24)', async () => {
    const own = await thirdParty(world, 'USDC')
    const anchor = await anchorOf(own)
    const { token } = anchor
    const { sep12, fields } = await infoOf('USDC')
    expect(Object.keys(fields as object)).toEqual(['transaction'])
    const { sender, receiver } = sep12 as Record<string, { types: Record<string, object> }>
    const bank = { bank_account_number: '1000990001', bank_number: '021000021' }
    const parties = [
      { type: Object.keys(sender?.types ?? {})[0] ?? '', data: { ...person, ...email } },
      { type: Object.keys(receiver?.types ?? {})[0] ?? '', data: { ...person, ...email, ...bank } },
    ]
    const ids: unknown[] = []
    for (const { type, data } of parties) {
      const memo = Keypair.random().rawPublicKey()
      const names = {
        account: own.publicKey(),
        memo: Buffer.from(memo).toString('base64'),
        memo_type: 'hash',
      }
      const query = new URLSearchParams({ ...names, type }).toString()
      const asked = await call(`GET ${page.kyc}/customer?${query}`, { token })
      expect(asked.body['status']).toBe('NEEDS_INFO')
      const form = { ...names, ...data }
      const { status, body } = await call(`PUT ${page.kyc}/customer`, { token, form })
      expect(status).toBe(202)
      ids.push(body['id'])
    }
    const [sender_id, receiver_id] = ids
    const amount = '25.5'
    const json = { amount, asset_code: 'USDC', sender_id, receiver_id, fields: { transaction: {} } }
    const { status, body } = await call(`POST ${page.payment}/transactions`, { token, json })
    expect([200, 201]).toContain(status)
    const opened = body as unknown as Opened
    for (const name of ['id', 'stellar_account_id', 'stellar_memo_type', 'stellar_memo'] as const) {
      expect([name, typeof opened[name]]).toEqual([name, 'string'])
    }
    await follow(token, opened.id, 'pending_sender')
    const { amount_in: amountIn } = await readTransaction(token, opened.id)
    await anchor.pay(opened, 'USDC', String(amountIn))
    await follow(token, opened.id, 'completed')
  }, 40_000)
})
