import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onServer } from '../../database.ts'
import { anAccount, openDoor } from './door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor('full')
})
afterAll(() => door.close())

const minutes = (count: number): void => {
  door.clock.now = new Date(door.clock.now.getTime() + count * 60_000)
}
const codeOf = (id: string | undefined): string =>
  door.sent.findLast(({ customerId }) => customerId === id)?.code ?? 'none'
const sentTo = (id: string | undefined): number =>
  door.sent.filter(({ customerId }) => customerId === id).length
const wrong = (code: string): string => (code === '111111' ? '222222' : '111111')

const type = 'sep31-large-receiver'
const joan = { type, last_name: 'Doe', mobile_number: '+14155550100' }

async function register(account: string): Promise<string> {
  const { status, body } = await door.call(account, 'PUT /customer', { body: joan })
  expect(status).toBe(202)
  return body.id ?? ''
}

describe('a field that needs a code', () => {
  it('is shown as such, and the customer needs nothing else (SEP12-50, SEP12-51, SEP12-91)', async () => {
    const account = anAccount()
    const id = await register(account)
    const { body } = await door.call(account, `GET /customer?id=${id}`)
    expect(body.status).toBe('NEEDS_INFO')
    expect(body.provided_fields?.['mobile_number']?.status).toBe('VERIFICATION_REQUIRED')
    expect(Object.values(body.fields ?? {}).every(({ optional }) => optional)).toBe(true)
    expect(door.sent.at(-1)).toMatchObject({ customerId: id, destination: '+14155550100' })
  })

  it('refuses a wrong code and takes the right one, once, together with other fields (SEP12-92, SEP12-93, SEP12-94, SEP12-95, SEP12-96)', async () => {
    const account = anAccount()
    const id = await register(account)
    const code = codeOf(id)
    const send = (mobile_number_verification: string, more: object = {}) =>
      door.call(account, 'PUT /customer', { body: { id, mobile_number_verification, ...more } })
    const refused = await send(wrong(code), { first_name: 'Not kept' })
    expect([refused.status, refused.body.error]).toEqual([
      400,
      expect.stringContaining('mobile_number_verification'),
    ])
    expect((await send(code, { first_name: 'Joan' })).status).toBe(202)
    const { body } = await door.call(account, `GET /customer?id=${id}`)
    expect(body.status).toBe('ACCEPTED')
    expect(Object.keys(body.provided_fields ?? {})).toContain('first_name')
    expect((await send(code)).status).toBe(400)
  })

  it('is void after five wrong codes, even for the right one (SEP12-96)', async () => {
    const account = anAccount()
    const id = await register(account)
    const code = codeOf(id)
    for (let tries = 0; tries < 5; tries += 1) {
      const body = { id, mobile_number_verification: wrong(code) }
      expect((await door.call(account, 'PUT /customer', { body })).status).toBe(400)
    }
    const body = { id, mobile_number_verification: code }
    expect((await door.call(account, 'PUT /customer', { body })).status).toBe(400)
  })

  it('wants a new code when the old one lapsed or the value changed (SEP12-79, SEP12-96)', async () => {
    const account = anAccount()
    const id = await register(account)
    const first = codeOf(id)
    minutes(16)
    const lapsed = { id, mobile_number_verification: first }
    expect((await door.call(account, 'PUT /customer', { body: lapsed })).status).toBe(400)
    await register(account)
    expect(sentTo(id)).toBe(2)
    const second = codeOf(id)
    const other = { id, type, mobile_number: '+14155550101' }
    await door.call(account, 'PUT /customer', { body: other })
    expect(sentTo(id)).toBe(3)
    const third = codeOf(id)
    // one time in a million both codes are the same
    const old = { id, mobile_number_verification: second === third ? wrong(third) : second }
    expect((await door.call(account, 'PUT /customer', { body: old })).status).toBe(400)
    const right = { id, mobile_number_verification: third }
    expect((await door.call(account, 'PUT /customer', { body: right })).status).toBe(202)
  })

  it('awaits the code that was sent while other data comes, and the same data (SEP12-96)', async () => {
    const account = anAccount()
    const id = await register(account)
    const code = codeOf(id)
    for (const other of [{ city: 'Rome' }, { type, city: 'Oslo' }, joan, { tax_id: '1' }]) {
      await door.call(account, 'PUT /customer', { body: { id, ...other } })
      expect(sentTo(id)).toBe(1)
    }
    const right = { id, mobile_number_verification: code, city: 'Bonn' }
    expect((await door.call(account, 'PUT /customer', { body: right })).status).toBe(202)
  })

  it('costs no try where a file is refused before the wrong code is looked at', async () => {
    const account = anAccount()
    const id = await register(account)
    const code = codeOf(id)
    const send = (mobile_number_verification: string, more: object = {}) =>
      door.call(account, 'PUT /customer', { body: { id, mobile_number_verification, ...more } })
    const unknown = { photo_id_front_file_id: '00000000-0000-4000-8000-000000000000' }
    for (let tries = 0; tries < 6; tries += 1) {
      const { status, body } = await send(wrong(code), unknown)
      expect([status, body.error]).toEqual([400, expect.stringContaining('photo_id_front')])
    }
    expect((await send(code)).status).toBe(202)
  })

  it('is not confirmed by the code of the old value, sent along with a new one (SEP12-96)', async () => {
    const account = anAccount()
    const id = await register(account)
    const old = { mobile_number_verification: codeOf(id) }
    const body = { id, mobile_number: '+14155550103', ...old }
    expect((await door.call(account, 'PUT /customer', { body })).status).toBe(400)
    const same = { id, mobile_number: joan.mobile_number, ...old }
    expect((await door.call(account, 'PUT /customer', { body: same })).status).toBe(202)
  })

  it('once confirmed gets no code again, and loses its confirmation with its value (SEP12-56, SEP12-79)', async () => {
    const account = anAccount()
    const id = await register(account)
    const right = { id, mobile_number_verification: codeOf(id) }
    await door.call(account, 'PUT /customer', { body: right })
    const before = await door.call(account, `GET /customer?id=${id}`)
    expect(before.body.status).toBe('ACCEPTED')
    minutes(16)
    await register(account)
    expect(sentTo(id)).toBe(1)
    await door.call(account, 'PUT /customer', { body: { id, mobile_number: '+14155550102' } })
    const { body } = await door.call(account, `GET /customer?id=${id}`)
    expect(body.status).toBe('NEEDS_INFO')
    expect(body.provided_fields?.['mobile_number']?.status).toBe('VERIFICATION_REQUIRED')
  })

  it('is told of when it is awaited anew, and the client goes on listening until all is accepted (SEP12-102, SEP12-103)', async () => {
    const account = anAccount()
    const id = await register(account)
    const confirm = () =>
      door.call(account, 'PUT /customer', { body: { id, mobile_number_verification: codeOf(id) } })
    await confirm()
    const url = 'https://wallet.example.com/kyc'
    await door.call(account, 'PUT /customer/callback', { body: { id, url } })
    const listened = async () => {
      const rows = await onServer(
        door.url,
        'select id from callback where subject_id = $1 order by number',
        [id],
      )
      const told = rows.map(async (row) => {
        const kept = await door.commit(({ callbacks }) => callbacks.lock(String(row['id'])))
        return (JSON.parse(kept?.body ?? '{}') as { readonly status?: string }).status
      })
      const customer = await door.read(({ customers }) => customers.find(id))
      return [customer?.callbackUrl, await Promise.all(told)]
    }
    expect(await listened()).toEqual([url, []])
    await door.call(account, 'PUT /customer', { body: { id, mobile_number: '+14155550177' } })
    expect(await listened()).toEqual([url, ['NEEDS_INFO']])
    await door.call(account, 'PUT /customer', { body: { id, type } })
    await confirm()
    expect(await listened()).toEqual([undefined, ['NEEDS_INFO', 'ACCEPTED']])
  })

  it('gets no second code while one is awaited, and at most five an hour (SEP12-97)', async () => {
    const account = anAccount()
    const id = await register(account)
    await register(account)
    expect(sentTo(id)).toBe(1)
    for (let number = 0; number < 9; number += 1) {
      const body = { id, type, mobile_number: `+1415555020${number}` }
      expect((await door.call(account, 'PUT /customer', { body })).status).toBe(202)
    }
    expect(sentTo(id)).toBe(5)
    minutes(61)
    await door.call(account, 'PUT /customer', { body: { id, type } })
    expect(sentTo(id)).toBe(6)
  })

  it('gets another code by the same request when the first could not be sent (SEP12-97)', async () => {
    const account = anAccount()
    door.sending.isAway = true
    const away = await door.call(account, 'PUT /customer', { body: joan })
    door.sending.isAway = false
    expect(away.status).toBeGreaterThanOrEqual(500)
    const id = await register(account)
    expect(sentTo(id)).toBe(1)
    const body = { id, mobile_number_verification: codeOf(id) }
    expect((await door.call(account, 'PUT /customer', { body })).status).toBe(202)
  })

  it('is not looked into when the number is a hash (SEP09-22, SEP09-23)', async () => {
    const account = anAccount()
    const { body } = await door.call(account, 'PUT /customer', {
      body: { ...joan, mobile_number: '9f86d081884c7d65', mobile_number_format: 'hash' },
    })
    expect(sentTo(body.id)).toBe(0)
    const found = await door.call(account, 'GET /customer')
    expect(found.body.status).toBe('ACCEPTED')
  })
})

describe('PUT /sep12/customer/verification', () => {
  it('takes the code by the same rules and answers as GET does (SEP12-98)', async () => {
    const account = anAccount()
    const id = await register(account)
    const code = codeOf(id)
    const send = (body: object) => door.call(account, 'PUT /customer/verification', { body })
    expect((await send({ id, mobile_number_verification: wrong(code) })).status).toBe(400)
    expect((await send({ id })).status).toBe(400)
    expect((await send({ mobile_number_verification: code })).status).toBe(400)
    expect((await send({ id, first_name_verification: code })).status).toBe(400)
    const unknown = '2b0d2d4c-1111-4222-8333-123456789abc'
    expect((await send({ id: unknown, mobile_number_verification: code })).status).toBe(404)
    const { status, body } = await send({ id, mobile_number_verification: code })
    const found = await door.call(account, `GET /customer?id=${id}`)
    expect([status, body]).toEqual([200, found.body])
    expect(body.status).toBe('ACCEPTED')
  })

  it('takes nothing but codes (SEP12-98)', async () => {
    const account = anAccount()
    const id = await register(account)
    const code = { mobile_number_verification: codeOf(id) }
    const sent = { id, first_name: 'Joan', birth_date: 'never', ...code }
    const { status, body } = await door.call(account, 'PUT /customer/verification', { body: sent })
    expect([status, body.status]).toEqual([200, 'ACCEPTED'])
    expect(body.provided_fields).not.toHaveProperty('first_name')
  })
})

describe('full validation', () => {
  it('refuses what has its form but cannot be true (SEP09-20)', async () => {
    const account = anAccount()
    const send = (body: object) => door.call(account, 'PUT /customer', { body })
    expect((await send({ birth_date: '2031-01-01' })).status).toBe(400)
    expect((await send({ birth_date: '1990-01-01' })).status).toBe(202)
    expect((await send({ id_issue_date: '1989-12-31' })).status).toBe(400)
    const dates = { id_issue_date: '2020-05-05', id_expiration_date: '2019-05-05' }
    expect((await send(dates)).status).toBe(400)
  })
})
