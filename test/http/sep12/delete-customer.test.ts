import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { muxedAddress } from '../../builders/muxed-address.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { keepWaitingTransaction } from '../../builders/waiting-transaction.ts'
import { onServer } from '../../database.ts'
import { anAccount, aPng, jane, multipart, openDoor } from './door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const put = async (subject: string, more: object = {}): Promise<string> => {
  const { body } = await door.call(subject, 'PUT /customer', { body: { ...jane, ...more } })
  return body.id ?? ''
}
const isKnown = async (subject: string, id: string): Promise<boolean> =>
  (await door.call(subject, `GET /customer?id=${id}`)).status === 200

describe('DELETE /sep12/customer/{account}', () => {
  it('answers 200, then 404; the old id is gone and a new customer has a new one (SEP12-115, SEP12-123, SEP12-124)', async () => {
    const account = anAccount()
    const id = await put(account)
    expect((await door.call(account, `DELETE /customer/${account}`)).status).toBe(200)
    expect((await door.call(account, `DELETE /customer/${account}`)).status).toBe(404)
    expect(await isKnown(account, id)).toBe(false)
    expect((await door.call(account, 'GET /customer')).body.id).toBeUndefined()
    expect(await put(account)).not.toBe(id)
  })

  it('takes any body or none, also with a content type (SEP12-04, SEP12-118)', async () => {
    const account = anAccount()
    const bodies = [
      {},
      { headers: { 'content-type': 'application/json' } },
      { body: {} },
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'lang=en' },
      multipart([{ name: 'lang', value: 'en' }]),
    ]
    for (const sending of bodies) {
      await put(account)
      const { status } = await door.call(account, `DELETE /customer/${account}`, sending)
      expect(status).toBe(200)
    }
  })

  it('deletes the customer of the memo in the token, and no other (SEP12-119)', async () => {
    const account = anAccount()
    const [plain, one, two] = [
      await put(account),
      await put(`${account}:1`),
      await put(`${account}:2`),
    ]
    expect((await door.call(`${account}:1`, `DELETE /customer/${account}`)).status).toBe(200)
    expect(await isKnown(account, one)).toBe(false)
    expect(await isKnown(account, two)).toBe(true)
    expect(await isKnown(account, plain)).toBe(true)
    const echo = { body: { memo: '3' } }
    expect((await door.call(`${account}:2`, `DELETE /customer/${account}`, echo)).status).toBe(403)
  })

  it('lets a plain account choose the memo, and without one touches no memo (SEP12-120)', async () => {
    const account = anAccount()
    const one = await put(account, { memo: '1' })
    expect((await door.call(account, `DELETE /customer/${account}`)).status).toBe(404)
    expect(await isKnown(account, one)).toBe(true)
    const body = { body: { memo: '1', memo_type: 'id' } }
    expect((await door.call(account, `DELETE /customer/${account}`, body)).status).toBe(200)
    expect(await isKnown(account, one)).toBe(false)
  })

  it('of a memo that a plain account chose leaves the uploads of the account alone (SEP12-120, SEP12-129)', async () => {
    const account = anAccount()
    await put(account, { memo: '1' })
    const upload = multipart([{ name: 'file', value: aPng }])
    const { body: file } = await door.call(account, 'POST /customer/files', upload)
    const chosen = { body: { memo: '1' } }
    expect((await door.call(account, `DELETE /customer/${account}`, chosen)).status).toBe(200)
    const line = `GET /customer/files?file_id=${file.file_id}` as const
    expect((await door.call(account, line)).body.files).toHaveLength(1)
  })

  it('leaves a transaction before its funds as it is: it lapses (SEP12-126)', async () => {
    const account = anAccount()
    const receiverId = await put(account, { type: 'sep31-receiver' })
    const parties = { owner: { account }, receiverId, receiverType: 'sep31-receiver' }
    const waiting = (['screening', 'awaitingInfo'] as const).map((phase) =>
      aTransaction({ ...parties, phase }),
    )
    await door.commit(async ({ transactions }) => {
      for (const transaction of waiting) await transactions.open({ transaction, events: [] })
    })
    expect((await door.call(account, `DELETE /customer/${account}`)).status).toBe(200)
    const kept = await door.read(({ transactions }) =>
      transactions.findMany(waiting.map(({ id }) => id)),
    )
    expect(kept.map(({ phase, version }) => `${phase} ${version}`).toSorted()).toEqual([
      'awaitingInfo 1',
      'screening 1',
    ])
  })

  it.each([{}, { memo: '1' }, { memo: '1', memo_type: 'id' }])(
    'drops the uploads of its memo, named as %j, and leaves those of the account and of other memos (SEP12-122, SEP12-129)',
    async (body) => {
      const account = anAccount()
      const owners = [account, `${account}:1`, `${account}:2`]
      const uploads: (readonly [string, string])[] = []
      for (const owner of owners) {
        await put(owner)
        for (const value of [aPng, aPng]) {
          const sending = multipart([{ name: 'file', value }])
          const { body: kept } = await door.call(owner, 'POST /customer/files', sending)
          uploads.push([owner, kept.file_id ?? ''])
        }
      }
      const erased = await door.call(`${account}:1`, `DELETE /customer/${account}`, { body })
      expect(erased.status).toBe(200)
      const left: number[] = []
      for (const [owner, id] of uploads) {
        const { body: found } = await door.call(owner, `GET /customer/files?file_id=${id}`)
        left.push(found.files?.length ?? 0)
      }
      expect(left).toEqual([1, 1, 0, 0, 1, 1])
    },
  )

  it('is refused for the path before the memo, and for that before nobody is known (SEP12-116, SEP12-117, SEP12-119)', async () => {
    const [account, other] = [anAccount(), anAccount()]
    const statusOf = async (path: string, body: object) =>
      (await door.call(`${account}:2`, `DELETE /customer/${path}`, { body })).status
    expect(await statusOf(other, { memo: '3' })).toBe(401)
    expect(await statusOf(account, { account: other, memo: '3' })).toBe(403)
    expect(await statusOf(account, { memo: '2' })).toBe(404)
  })

  it('brings on every payout that waited for it, whichever of its fields that was (SEP12-126)', async () => {
    const account = anAccount()
    const [customer, other] = [await put(account), await put(account, { memo: '1' })]
    const wants = (owner: 'sender' | 'receiver', name: string) => ({
      wantedCustomerFields: [{ owner, name, message: 'It is wrong' }],
    })
    const ofBoth = { phase: 'awaitingPayoutCustomerInfo', owner: { account } } as const
    const parties = { senderType: 'sep31-sender', receiverType: 'sep31-receiver' }
    const waiting = [
      await keepWaitingTransaction(door.commit, {
        ...ofBoth,
        ...parties,
        senderId: other,
        receiverId: customer,
        ...wants('receiver', 'first_name'),
      }),
      await keepWaitingTransaction(door.commit, {
        ...ofBoth,
        ...parties,
        senderId: customer,
        receiverId: other,
        ...wants('sender', 'last_name'),
      }),
      await keepWaitingTransaction(door.commit, {
        ...ofBoth,
        ...parties,
        senderId: customer,
        receiverId: other,
        ...wants('receiver', 'email_address'),
      }),
    ]
    expect((await door.call(account, `DELETE /customer/${account}`)).status).toBe(200)
    const phases = await Promise.all(
      waiting.map(async ({ id }) => {
        const kept = await door.read(({ transactions }) => transactions.find(id))
        return kept?.phase
      }),
    )
    expect(phases).toEqual(['payingOut', 'payingOut', 'awaitingPayoutCustomerInfo'])
  })

  it('brings on a payout that waited for it, as the work of that client, its memo included (SEP12-126)', async () => {
    const account = anAccount()
    const receiverId = await put(`${account}:7`, { type: 'sep31-receiver' })
    const { id } = await keepWaitingTransaction(door.commit, {
      phase: 'awaitingPayoutCustomerInfo',
      owner: { account, memo: '7' },
      receiverId,
      receiverType: 'sep31-receiver',
      wantedCustomerFields: [{ owner: 'receiver', name: 'first_name', message: 'Too short' }],
    })
    expect((await door.call(`${account}:7`, `DELETE /customer/${account}`)).status).toBe(200)
    const told = await door.commit(async ({ events }) => {
      await events.assignSequences(1000)
      return events.ofTransaction(id)
    })
    expect(told.map(({ type, actor }) => [type, actor])).toEqual([
      ['infoReceived', { kind: 'client', account, memo: '7' }],
    ])
  })

  it('takes a muxed account in the path, of the same account and the same id alone (SEP12-116)', async () => {
    const account = anAccount()
    const muxed = muxedAddress(account, '5')
    await put(muxed)
    const others = [muxedAddress(anAccount(), '5'), muxedAddress(account, '6'), anAccount()]
    for (const other of others) {
      expect((await door.call(muxed, `DELETE /customer/${other}`)).status).toBe(401)
    }
    expect((await door.call(account, `DELETE /customer/${muxed}`)).status).toBe(401)
    expect((await door.call(muxed, `DELETE /customer/${muxed}`)).status).toBe(200)
  })

  it('knows contracts, without memo (SEP12-121)', async () => {
    const contract = `C${'B'.repeat(55)}`
    await put(contract)
    const withMemo = { body: { memo: '1' } }
    expect((await door.call(contract, `DELETE /customer/${contract}`, withMemo)).status).toBe(400)
    expect((await door.call(contract, `DELETE /customer/${contract}`)).status).toBe(200)
  })

  it('tells strangers nothing, whether there is a customer or not (SEP12-116, SEP12-117)', async () => {
    const [stranger, account] = [anAccount(), anAccount()]
    await put(account)
    const known = await door.call(stranger, `DELETE /customer/${account}`)
    const unknown = await door.call(stranger, `DELETE /customer/${anAccount()}`)
    expect([known.status, known.body]).toEqual([401, unknown.body])
    expect(unknown.status).toBe(401)
  })

  it('leaves no personal data behind: values, files, uploads, notices (SEP12-122, SEP09-45)', async () => {
    const account = anAccount()
    const id = await put(account, { type: 'sep31-receiver' })
    const picture = multipart([{ name: 'photo_id_front', value: aPng }])
    await door.call(account, 'PUT /customer', picture)
    await door.call(account, 'POST /customer/files', multipart([{ name: 'file', value: aPng }]))
    const url = 'https://wallet.example.com/kyc'
    await door.call(account, 'PUT /customer/callback', { body: { id, url } })
    await door.call(account, 'PUT /customer', { body: { id, bank_account_number: '1' } })
    const kept = () =>
      onServer(
        door.url,
        `select (select count(*)::int from customer where owner_account = $1) as customers,
           (select count(*)::int from customer_file where owner_account = $1) as files,
           (select count(*)::int from callback where subject_id = $2) as notices`,
        [account, id],
      )
    expect(await kept()).toEqual([{ customers: 1, files: 2, notices: 1 }])
    expect((await door.call(account, `DELETE /customer/${account}`)).status).toBe(200)
    expect(await kept()).toEqual([{ customers: 0, files: 0, notices: 0 }])
  })
})
