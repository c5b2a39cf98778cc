import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { muxedAddress } from '../../builders/muxed-address.ts'
import { onServer } from '../../database.ts'
import { anAccount, jane, openDoor } from './door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const customersOf = async (account: string): Promise<number> => {
  const rows = await onServer(door.url, 'select 1 from customer where owner_account = $1', [
    account,
  ])
  return rows.length
}

describe('GET /sep12/customer', () => {
  it('is answered while somebody else is changing the customer', async () => {
    const account = anAccount()
    const { body } = await door.call(account, 'PUT /customer', { body: jane })
    await door.commit(async ({ customers }) => {
      await customers.lock(body.id ?? '')
      expect((await door.call(account, 'GET /customer')).body.id).toBe(body.id)
      expect((await door.call(account, `GET /customer?id=${body.id}`)).body.id).toBe(body.id)
    })
  })

  it('answers somebody unknown with what is needed, and creates nothing (SEP12-31, SEP12-32, SEP12-34, SEP12-41)', async () => {
    const account = anAccount()
    const { status, body } = await door.call(account, 'GET /customer')
    expect(status).toBe(200)
    expect(body).toEqual({
      status: 'NEEDS_INFO',
      fields: {
        first_name: { type: 'string', description: 'First name', optional: false },
        last_name: { type: 'string', description: 'Last name', optional: false },
        email_address: { type: 'string', description: 'E-mail address', optional: false },
      },
    })
    expect(await customersOf(account)).toBe(0)
  })

  it('refuses an unknown type, naming the known ones (SEP12-36)', async () => {
    const { status, body } = await door.call(anAccount(), 'GET /customer?type=nonsense')
    expect(status).toBe(400)
    expect(body.error).toContain('sep31-receiver')
  })

  it('does not tell an id of somebody else from an unknown one (SEP12-26, SEP12-35)', async () => {
    const put = await door.call(anAccount(), 'PUT /customer', { body: jane })
    const stranger = anAccount()
    const foreign = await door.call(stranger, `GET /customer?id=${put.body.id}`)
    const unknown = await door.call(stranger, 'GET /customer?id=no-such-id')
    expect(foreign.status).toBe(404)
    expect(foreign.body).toEqual(unknown.body)
  })

  it('finds a customer by id, by the token and by account; tells status per type (SEP12-12, SEP12-33, SEP12-39, SEP12-82)', async () => {
    const account = anAccount()
    const put = await door.call(account, 'PUT /customer', { body: jane })
    const { id } = put.body
    for (const query of ['', `?id=${id}`, `?account=${account}`, `?id=${id}&account=${account}`]) {
      const { status, body } = await door.call(account, `GET /customer${query}`)
      expect([status, body.id, body.status]).toEqual([200, id, 'ACCEPTED'])
    }
    const other = await door.call(account, `GET /customer?id=${id}&type=sep31-receiver`)
    expect(other.body.status).toBe('NEEDS_INFO')
    expect(Object.keys(other.body.fields ?? {})).toEqual([
      'bank_account_number',
      'bank_account_type',
    ])
  })

  it('describes what was provided and never gives a value back (SEP12-38, SEP12-52, SEP12-58, SEP12-61, SEP12-63)', async () => {
    const account = anAccount()
    await door.call(account, 'PUT /customer', { body: jane })
    const { body } = await door.call(account, 'GET /customer?type=sep31-sender')
    expect(body.provided_fields?.['first_name']).toEqual({
      type: 'string',
      description: 'First name',
      optional: false,
      status: 'ACCEPTED',
    })
    expect(body.fields).toBeUndefined()
    expect(JSON.stringify(body)).not.toContain('Jane')
  })

  it('asks and answers under the name of the type, whichever was sent (SEP12-60, SEP09-06, SEP09-07)', async () => {
    const account = anAccount()
    const line = 'GET /customer?type=sep31-large-receiver'
    const asked = await door.call(account, line)
    expect(Object.keys(asked.body.fields ?? {})).toContain('family_name')
    expect(Object.keys(asked.body.fields ?? {})).not.toContain('last_name')
    await door.call(account, 'PUT /customer', { body: { last_name: 'Doe' } })
    const { body } = await door.call(account, line)
    expect(Object.keys(body.provided_fields ?? {})).toEqual(['family_name'])
    expect(Object.keys(body.fields ?? {})).not.toContain('family_name')
  })

  it('describes fields in the language asked for, else in English (SEP12-37)', async () => {
    const described = async (lang: string) => {
      const { status, body } = await door.call(anAccount(), `GET /customer?lang=${lang}`)
      return [status, body.fields?.['first_name']?.description]
    }
    expect(await described('de')).toEqual([200, 'Vorname'])
    expect(await described('de-AT')).toEqual([200, 'Vorname'])
    expect(await described('fr')).toEqual([200, 'First name'])
    expect(await described('__proto__')).toEqual([200, 'First name'])
  })
})

describe('PUT /sep12/customer', () => {
  it('answers 202 with the same id however often it is repeated, and keeps one row (SEP12-69, SEP12-70)', async () => {
    const account = anAccount()
    const first = await door.call(account, 'PUT /customer', { body: jane })
    const [before] = await onServer(door.url, 'select version from customer where id = $1', [
      first.body.id,
    ])
    const second = await door.call(account, 'PUT /customer', { body: jane })
    expect([first.status, second.status]).toEqual([202, 202])
    expect(second.body).toEqual(first.body)
    expect(Object.keys(first.body)).toEqual(['id'])
    const [after] = await onServer(door.url, 'select version from customer where id = $1', [
      first.body.id,
    ])
    expect(after).toEqual(before)
    expect(await customersOf(account)).toBe(1)
  })

  it('creates one customer when twenty first requests come at once (SEP12-72)', async () => {
    const account = anAccount()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        door.call(account, 'PUT /customer', { body: { ...jane, city: `City ${number}` } }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(await customersOf(account)).toBe(1)
  })

  it('adds to what is known and keeps what was not sent (SEP12-71, SEP12-42)', async () => {
    const account = anAccount()
    const put = await door.call(account, 'PUT /customer', { body: jane })
    const more = await door.call(account, 'PUT /customer', {
      body: { type: 'sep31-receiver', bank_account_number: '007' },
    })
    expect(more.body.id).toBe(put.body.id)
    const { body } = await door.call(account, `GET /customer?id=${put.body.id}`)
    expect(body.status).toBe('ACCEPTED')
    expect(Object.keys(body.provided_fields ?? {})).toEqual([
      'first_name',
      'last_name',
      'email_address',
      'bank_account_number',
    ])
  })

  it('keeps what each of ten requests at once has sent, by id and by the token (SEP12-71, SEP12-72)', async () => {
    const account = anAccount()
    const { body } = await door.call(account, 'PUT /customer', { body: jane })
    const byToken = ['city', 'tax_id', 'id_number', 'birth_place', 'employer_name']
    const byId = ['name', 'city', 'website', 'director_name', 'shareholder_name'].map(
      (name) => `organization.${name}`,
    )
    const send = (sent: object) => door.call(account, 'PUT /customer', { body: sent })
    const answers = await Promise.all([
      ...byToken.map((name) => send({ [name]: 'x' })),
      ...byId.map((name) => send({ id: body.id, [name]: 'x' })),
    ])
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(202))
    const found = await door.call(account, `GET /customer?id=${body.id}`)
    expect(Object.keys(found.body.provided_fields ?? {})).toEqual(
      expect.arrayContaining([...byToken, ...byId]),
    )
  })

  it('remembers the type that was named last, also when nothing else was sent (SEP12-41)', async () => {
    const account = anAccount()
    const { body } = await door.call(account, 'PUT /customer', { body: jane })
    const statusOf = async () =>
      (await door.call(account, `GET /customer?id=${body.id}`)).body.status
    expect(await statusOf()).toBe('ACCEPTED')
    const named = { id: body.id, type: 'sep31-receiver' }
    await door.call(account, 'PUT /customer', { body: named })
    expect(await statusOf()).toBe('NEEDS_INFO')
  })

  it('takes one of the choices of the type and nothing else (SEP12-62)', async () => {
    const type = 'sep31-large-receiver'
    const statusOf = async (id_type: string) =>
      (await door.call(anAccount(), 'PUT /customer', { body: { type, id_type } })).status
    expect([await statusOf('passport'), await statusOf('visa')]).toEqual([202, 400])
  })

  it('takes an id and nothing else (SEP12-73)', async () => {
    const account = anAccount()
    const { body } = await door.call(account, 'PUT /customer', { body: jane })
    const again = await door.call(account, 'PUT /customer', { body: { id: body.id } })
    expect([again.status, again.body]).toEqual([202, body])
  })

  it('refuses an unknown or foreign id and creates nothing under it (SEP12-74)', async () => {
    const stranger = anAccount()
    const { body } = await door.call(anAccount(), 'PUT /customer', { body: jane })
    for (const id of [body.id, '2b0d2d4c-1111-4222-8333-123456789abc', 'x']) {
      const answer = await door.call(stranger, 'PUT /customer', { body: { id, ...jane } })
      expect(answer.status).toBe(404)
    }
    expect(await customersOf(stranger)).toBe(0)
  })

  it('stores nothing when one value is bad, and names it in quotes (SEP12-66, SEP12-75, SEP12-76, AP-1.29)', async () => {
    const account = anAccount()
    const { status, body } = await door.call(account, 'PUT /customer', {
      body: { ...jane, birth_date: '2001-02-30' },
    })
    expect(status).toBe(400)
    expect(body.error).toContain("'birth_date'")
    expect(await customersOf(account)).toBe(0)
  })

  it('reads JSON, forms and multipart alike (SEP12-04, SEP12-22)', async () => {
    const hash = `${'+/'.repeat(21)}8=`
    const form = new URLSearchParams({ ...jane, memo: hash, memo_type: 'hash' })
    const account = anAccount()
    const first = await door.call(account, 'PUT /customer', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    })
    const second = await door.call(account, 'PUT /customer', {
      body: { memo: hash, memo_type: 'hash' },
    })
    expect([first.status, second.status]).toEqual([202, 202])
    expect(second.body.id).toBe(first.body.id)
  })
})

describe('who the customer is', () => {
  it('keeps memos, and the same text as another type, apart (SEP12-17, SEP12-24, SEP12-30)', async () => {
    const account = anAccount()
    const ids = await Promise.all(
      [{}, { memo: '1' }, { memo: '2' }, { memo: '1', memo_type: 'text' }].map(async (memo) => {
        const { status, body } = await door.call(account, 'PUT /customer', {
          body: { ...jane, ...memo },
        })
        expect(status).toBe(202)
        return body.id
      }),
    )
    expect(new Set(ids).size).toBe(4)
  })

  it('takes the memo of the token, its echo, and no other (SEP12-12, SEP12-15)', async () => {
    const token = `${anAccount()}:1`
    const first = await door.call(token, 'PUT /customer', { body: jane })
    const echo = await door.call(token, 'PUT /customer', { body: { memo: '1' } })
    const other = await door.call(token, 'PUT /customer', { body: { memo: '2' } })
    expect([first.status, echo.status, other.status]).toEqual([202, 202, 403])
    expect(echo.body.id).toBe(first.body.id)
  })

  it('reaches by id only the customer of its own memo (SEP12-26, SEP10-130, POLARIS-8.21)', async () => {
    const account = anAccount()
    const { body } = await door.call(`${account}:2`, 'PUT /customer', { body: jane })
    expect((await door.call(`${account}:1`, `GET /customer?id=${body.id}`)).status).toBe(404)
    expect((await door.call(account, `GET /customer?id=${body.id}`)).status).toBe(200)
  })

  it('takes a muxed account for the account with that memo (SEP12-14, SEP12-16, SEP12-25, SEP10-131, SEP10-132)', async () => {
    const account = anAccount()
    const muxed = (id: string) => muxedAddress(account, id)
    const { body } = await door.call(`${account}:1`, 'PUT /customer', { body: jane })
    const statusOf = async (query: string) => {
      const answer = await door.call(muxed('1'), `GET /customer${query}`)
      return [answer.status, answer.body.id]
    }
    expect(await statusOf('')).toEqual([200, body.id])
    expect(await statusOf('?memo=1')).toEqual([200, body.id])
    expect(await statusOf('?memo=2')).toEqual([403, undefined])
    expect(await statusOf(`?account=${account}`)).toEqual([200, body.id])
    expect(await statusOf(`?account=${muxed('1')}`)).toEqual([200, body.id])
    expect(await statusOf(`?account=${muxed('2')}`)).toEqual([403, undefined])
    const foreign = muxedAddress(anAccount(), '1')
    expect(await statusOf(`?account=${foreign}`)).toEqual([403, undefined])
  })

  it('keeps ids of 64 bits to the last digit (SEP10-131, SEP10-133)', async () => {
    const account = anAccount()
    const largest = '18446744073709551615'
    const muxed = muxedAddress(account, largest)
    const put = await door.call(muxed, 'PUT /customer', { body: { memo: largest } })
    expect(put.status).toBe(202)
    const idOf = async (token: string) => (await door.call(token, 'GET /customer')).body.id
    expect(await idOf(`${account}:${largest}`)).toBe(put.body.id)
    expect(await idOf(`${account}:18446744073709551614`)).toBeUndefined()
    expect(await idOf(account)).toBeUndefined()
  })

  it('refuses the account of another (SEP12-13)', async () => {
    const { status } = await door.call(anAccount(), `GET /customer?account=${anAccount()}`)
    expect(status).toBe(403)
  })

  it('knows contracts, without memo (SEP12-18)', async () => {
    const contract = `C${'A'.repeat(55)}`
    const put = await door.call(contract, 'PUT /customer', { body: jane })
    expect(put.status).toBe(202)
    const withMemo = await door.call(contract, 'PUT /customer', { body: { memo: '1' } })
    expect(withMemo.status).toBe(400)
  })

  it('refuses memos that do not fit their type (SEP12-20, SEP12-21)', async () => {
    const account = anAccount()
    const statusOf = async (memo: string, memoType?: string) => {
      const query = new URLSearchParams({ memo, ...(memoType && { memo_type: memoType }) })
      return (await door.call(account, `GET /customer?${query.toString()}`)).status
    }
    expect(await statusOf(Buffer.alloc(31, 1).toString('base64'), 'hash')).toBe(400)
    expect(await statusOf('ab'.repeat(32), 'hash')).toBe(400)
    expect(await statusOf('1', 'return')).toBe(400)
    expect(await statusOf('01')).toBe(400)
    expect(await statusOf('18446744073709551616', 'id')).toBe(400)
    expect(await statusOf('é'.repeat(15), 'text')).toBe(400)
    expect(await statusOf('é'.repeat(14), 'text')).toBe(200)
    expect(await statusOf(Buffer.alloc(32, 1).toString('base64'), 'hash')).toBe(200)
  })

  it('refuses a control that is no text, as a number would lose digits (SEP12-11)', async () => {
    const names = ['id', 'account', 'memo', 'memo_type', 'type', 'transaction_id']
    const bodies = names.map((name) => `{"${name}": 1}`)
    for (const text of ['{"memo": 18446744073709551615}', '{"memo": null}', ...bodies]) {
      const { status, body } = await door.call(anAccount(), 'PUT /customer', {
        headers: { 'content-type': 'application/json' },
        body: text,
      })
      expect([text, status, body.error]).toEqual([text, 400, expect.stringMatching(/must be text/)])
    }
  })
})
