import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { untilOneWaits } from '../../builders/row-wait.ts'
import { onServer, testSealer } from '../../database.ts'
import { anAccount, jane, openDoor } from './door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const url = 'https://wallet.example.com/kyc'

async function register(account: string): Promise<string> {
  const body = { type: 'sep31-receiver', ...jane }
  return (await door.call(account, 'PUT /customer', { body })).body.id ?? ''
}
const listen = (account: string, body: object) =>
  door.call(account, 'PUT /customer/callback', { body })

async function noticesOf(id: string): Promise<readonly { url: unknown; body: string }[]> {
  const ids = await onServer(
    door.url,
    'select id, url from callback where subject_id = $1 order by number',
    [id],
  )
  return Promise.all(
    ids.map(async ({ id: callbackId, url: to }) => {
      const callback = await door.commit(({ callbacks }) => callbacks.lock(String(callbackId)))
      return { url: to, body: callback?.body ?? '' }
    }),
  )
}

describe('PUT /sep12/customer/callback', () => {
  it('wants a known customer and a url (SEP12-99, SEP12-101)', async () => {
    const account = anAccount()
    expect((await listen(account, { url })).status).toBe(404)
    const id = await register(account)
    expect((await listen(account, { id })).status).toBe(400)
    expect((await listen(account, { id, url: 1 })).status).toBe(400)
    expect((await listen(account, { id, url })).status).toBe(200)
    expect((await listen(account, { url })).status).toBe(200)
    expect((await listen(anAccount(), { id, url })).status).toBe(404)
  })

  it('refuses addresses that are not https, not public, or carry a user (SEP12-113)', async () => {
    const account = anAccount()
    const id = await register(account)
    for (const bad of [
      'http://wallet.example.com',
      'https://127.0.0.1/x',
      'https://[::1]/x',
      'https://10.1.2.3/x',
      'https://user@wallet.example.com/x',
      'https://inside.example.com/x',
      'ftp://wallet.example.com',
      'no address',
    ]) {
      expect((await listen(account, { id, url: bad })).status).toBe(400)
      const unknown = await listen(anAccount(), { url: bad })
      expect([bad, unknown.status]).toEqual([bad, 400]) // the address is judged first
    }
  })

  it('owes one notice per change of status, whose body is that of GET (SEP12-102, SEP12-104, SEP12-114)', async () => {
    const account = anAccount()
    const id = await register(account)
    await listen(account, { id, url })
    await door.call(account, 'PUT /customer', { body: { id, city: 'Rome' } })
    expect(await noticesOf(id)).toEqual([])
    await door.call(account, 'PUT /customer', { body: { id, bank_account_number: '1' } })
    const { body } = await door.call(account, `GET /customer?id=${id}`)
    const notices = await noticesOf(id)
    expect(notices.map((notice) => [notice.url, JSON.parse(notice.body)])).toEqual([[url, body]])
    expect(body.status).toBe('ACCEPTED')
    const [owed] = await onServer(door.url, 'select id from callback where subject_id = $1', [id])
    const callbackId = String(owed?.['id'])
    const jobs = (await door.read(({ outbox }) => outbox.unsent(100))).map(({ job }) => job)
    const { now } = door.clock
    expect(jobs.filter(({ name }) => name === 'deliver-callback')).toEqual([
      {
        name: 'deliver-callback',
        payload: { callbackId },
        subject: `${callbackId}-0`,
        dueAt: now,
      },
    ])
    expect(await door.commit(({ callbacks }) => callbacks.lock(callbackId))).toEqual({
      id: callbackId,
      subject: { kind: 'customer', id },
      url,
      body: notices[0]?.body,
      state: 'due',
      tries: 0,
      dueAt: now,
      createdAt: now,
    })
  })

  it('keeps the notice sealed, as it tells of a person (SEP12-137)', async () => {
    const rows = await onServer(door.url, 'select id, body_sealed from callback')
    expect(rows.length).toBeGreaterThan(0)
    for (const { id, body_sealed: sealed } of rows) {
      if (!Buffer.isBuffer(sealed)) throw new Error('sealed are bytes')
      expect(sealed.includes('NEEDS_INFO')).toBe(false)
      expect(testSealer.openText(sealed, `callback:${String(id)}`)).toContain('status')
    }
  })

  it('goes to the address that was set last (SEP12-100)', async () => {
    const account = anAccount()
    const id = await register(account)
    for (const last of ['/one', '/two']) {
      expect((await listen(account, { id, url: `${url}${last}` })).status).toBe(200)
    }
    await door.call(account, 'PUT /customer', { body: { id, bank_account_number: '1' } })
    expect((await noticesOf(id)).map((notice) => notice.url)).toEqual([`${url}/two`])
  })

  it('changes nothing else, and nothing at all the second time (SEP12-100)', async () => {
    const account = anAccount()
    const id = await register(account)
    const find = () => door.read(({ customers }) => customers.find(id))
    const before = await find()
    const resumed = door.resumed.length
    await listen(account, { id, url })
    const version = (before?.version ?? 0) + 1
    const listening = { ...before, callbackUrl: url, version, updatedAt: door.clock.now }
    expect(await find()).toEqual(listening)
    door.clock.now = new Date(door.clock.now.getTime() + 1_000)
    await listen(account, { id, url })
    expect(await find()).toEqual(listening)
    expect(door.resumed).toHaveLength(resumed)
  })

  it('is kept beside data that somebody else is saving (SEP12-100)', async () => {
    const account = anAccount()
    const id = await register(account)
    const listened = await door.commit(async ({ customers }) => {
      const before = await customers.lock(id)
      if (before === undefined) throw new Error('the customer is there')
      const answer = listen(account, { id, url })
      await untilOneWaits(door.url)
      const city = { value: 'Rome', status: 'ACCEPTED' } as const
      const fields = { ...before.fields, city }
      await customers.save({ ...before, fields, version: before.version + 1 })
      return { answer }
    })
    expect((await listened.answer).status).toBe(200)
    const kept = await door.read(({ customers }) => customers.find(id))
    expect([kept?.callbackUrl, kept?.fields['city']?.value]).toEqual([url, 'Rome'])
    expect(door.faults).toEqual([])
  })

  it('is not told of another status that only another type makes (SEP12-114)', async () => {
    const account = anAccount()
    const id = await register(account)
    const sender = { id, type: 'sep31-sender' }
    await door.call(account, 'PUT /customer', { body: sender })
    await listen(account, { id, url })
    expect((await door.call(account, `GET /customer?id=${id}`)).body.status).toBe('ACCEPTED')
    const receiver = { id, type: 'sep31-receiver', city: 'Rome' }
    await door.call(account, 'PUT /customer', { body: receiver })
    expect((await door.call(account, `GET /customer?id=${id}`)).body.status).toBe('NEEDS_INFO')
    expect(await noticesOf(id)).toEqual([])
  })

  it.each([
    // what is known, what comes with the type of the receiver, and what is told then
    ['lacks a name for the old type', { first_name: 'Ann' }, { last_name: 'Doe' }, []],
    ['has all for the old type', jane, { bank_account_number: '1' }, ['ACCEPTED']],
    ['has all for both types', { ...jane, bank_account_number: '1' }, { city: 'Rome' }, []],
  ])('is told by the type of the PUT that makes it: who %s (SEP12-114)', async (...line) => {
    const [, known, more, told] = line
    const account = anAccount()
    const email = { email_address: 'ann@example.com' }
    const body = { ...known, ...email, type: 'sep31-sender' }
    const { id } = (await door.call(account, 'PUT /customer', { body })).body
    await listen(account, { id, url })
    const receiver = { id, type: 'sep31-receiver', ...more }
    await door.call(account, 'PUT /customer', { body: receiver })
    const notices = await noticesOf(id ?? '')
    expect(notices.map((notice) => JSON.parse(notice.body).status)).toEqual(told)
  })

  it('ends with the notice of ACCEPTED, until it is set again (SEP12-100, SEP12-103)', async () => {
    const account = anAccount()
    const id = await register(account)
    await listen(account, { id, url })
    const change = async (type: string, more: object) => {
      await door.call(account, 'PUT /customer', { body: { id, type, ...more } })
      return (await noticesOf(id)).length
    }
    expect(await change('sep31-receiver', { bank_account_number: '1' })).toBe(1)
    expect(await change('sep31-large-receiver', { mobile_number: '+14155550100' })).toBe(1)
    await door.call(account, 'PUT /customer', { body: { id, type: 'sep31-receiver' } })
    await listen(account, { id, url: `${url}/again` })
    const [first] = await noticesOf(id)
    expect(first?.url).toBe(`${url}/again`)
  })
})
