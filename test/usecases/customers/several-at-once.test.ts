import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { verificationCodes } from '../../../src/adapters/verification/verification-codes.ts'
import { readyCustomerTypes } from '../../../src/domain/customer/customer-type.ts'
import type { SentValue } from '../../../src/domain/customer/read-fields.ts'
import { findCustomer } from '../../../src/usecases/customers/find-customer.ts'
import { registerCustomer } from '../../../src/usecases/customers/register-customer.ts'
import { rejectCustomer } from '../../../src/usecases/customers/reject-customer.ts'
import { saveCustomerChange } from '../../../src/usecases/customers/save-customer-change.ts'
import { verifyCustomer } from '../../../src/usecases/customers/verify-customer.ts'
import { uploadFile } from '../../../src/usecases/customers/upload-file.ts'
import type { VerificationMessage } from '../../../src/usecases/ports/verification-sender.ts'
import { freshCommit } from '../../database.ts'
import { anAccount, aPdf, aPng } from '../../http/sep12/door.ts'

/** Requests that bring two of a kind: two codes, two files, two faults. */

let db: Awaited<ReturnType<typeof freshCommit>>
let gateway: ReturnType<typeof rooms>
beforeAll(async () => {
  db = await freshCommit()
  gateway = rooms()
})
afterAll(() => db.close())

let sent: VerificationMessage[]
let refusesToSend: (message: VerificationMessage) => boolean
beforeEach(() => {
  sent = []
  refusesToSend = () => false
})

const at = new Date('2026-03-01T12:00:00Z')
const now = () => at
const newId = () => randomUUID()
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')
let codes = 0
const newCode = () => String((codes += 1)).padStart(6, '0')

const ready = readyCustomerTypes(
  {
    checked: {
      description: 'Whose mailbox and phone are checked',
      requirements: [{ field: 'email_address' }, { field: 'mobile_number' }],
      verify: ['email_address', 'mobile_number'],
    },
    plain: { description: 'Of whom nothing is asked', requirements: [] },
    choosing: {
      description: 'Who has choices',
      requirements: [
        { field: 'id_type', choices: ['passport', 'id_card'] },
        { field: 'tax_id' },
        { field: 'city', choices: ['Rome', 'Bonn'] },
      ],
    },
  },
  'full',
)
if (!ready.ok) throw new Error(ready.refusal.faults.join())
const types = ready.value

type Sent = Readonly<Record<string, string | Uint8Array>>

const sentOf = (values: Sent): ReadonlyMap<string, SentValue> =>
  new Map(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? { kind: 'text', text: value } : { kind: 'file', bytes: value },
    ]),
  )

function rooms() {
  const resumeTransactions = async () => undefined
  const save = saveCustomerChange({ types, newId, writeNotice: () => '', resumeTransactions })
  const parts = { commit: db.commit, types, saveCustomerChange: save, newId, now, digest }
  const register = registerCustomer({
    ...parts,
    codes: verificationCodes(new Uint8Array(32), newCode),
    sender: {
      send: async (message) => {
        if (refusesToSend(message)) throw new Error(`no way to ${message.field}`)
        sent.push(message)
      },
    },
  })
  const find = findCustomer({ read: db.read, types })
  return {
    register: (subject: Subject, values: Sent, type = 'checked') =>
      register({ principal: subject, sent: sentOf(values), type }),
    reject: rejectCustomer({ ...parts, resumeTransactions }),
    upload: uploadFile(parts),
    find,
    verify: (principal: Subject, id: string, codesOf: Sent) =>
      verifyCustomer({ registerCustomer: register, findCustomer: find })({
        principal,
        id,
        sent: sentOf(codesOf),
      }),
  }
}

interface Subject {
  readonly account: string
  readonly memo?: string
}

const values = { email_address: 'jane@example.com', mobile_number: '+14155550100' }
const wrong = 'none'

/** A customer whose two codes are awaited. */
async function awaiting() {
  const subject = { account: anAccount() }
  const outcome = await gateway.register(subject, values)
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  const [email, mobile] = sent.map(({ code }) => code)
  return { subject, id: outcome.value.id, email: email ?? '', mobile: mobile ?? '' }
}

const bringing = (email: string, mobile: string): Sent => ({
  email_address_verification: email,
  mobile_number_verification: mobile,
})

const wrongCode = (field: string, triesLeft: number) => ({
  ok: false,
  refusal: { code: 'code_wrong', field, triesLeft },
})

describe('two fields that need a code', () => {
  it('get one each, sent to what each of them names (SEP12-91)', async () => {
    const { id, email, mobile } = await awaiting()
    expect(sent).toEqual([
      { customerId: id, field: 'email_address', destination: values.email_address, code: email },
      { customerId: id, field: 'mobile_number', destination: values.mobile_number, code: mobile },
    ])
    expect(email).not.toBe(mobile)
  })

  it('are confirmed by one request (SEP12-93)', async () => {
    const { subject, id, email, mobile } = await awaiting()
    expect(await gateway.register(subject, bringing(email, mobile))).toEqual({
      ok: true,
      value: { id },
    })
    const found = await gateway.find({ principal: subject, id })
    expect(found).toMatchObject({ ok: true, value: { status: 'ACCEPTED' } })
  })

  it('are confirmed by one request of the older way too, which has nothing without a code (SEP12-98)', async () => {
    const { subject, id, email, mobile } = await awaiting()
    const none = { ok: false, refusal: { code: 'no_code_given' } }
    expect(await gateway.verify(subject, randomUUID(), { city: 'Rome' })).toEqual(none)
    const outcome = await gateway.verify(subject, id, bringing(email, mobile))
    expect(outcome).toEqual(await gateway.find({ principal: subject, id }))
    expect(outcome).toMatchObject({ ok: true, value: { id, status: 'ACCEPTED', missing: [] } })
  })

  it('are each refused for a wrong code, which costs that one a try and the other none (SEP12-94, SEP12-96)', async () => {
    const { subject, email, mobile } = await awaiting()
    const send = (...both: readonly [string, string]) =>
      gateway.register(subject, bringing(...both))
    expect(await send(email, wrong)).toEqual(wrongCode('mobile_number', 4))
    expect(await send(wrong, mobile)).toEqual(wrongCode('email_address', 4))
    expect(await send(wrong, wrong)).toEqual(wrongCode('email_address', 3))
    expect(await send(email, wrong)).toEqual(wrongCode('mobile_number', 3))
    expect((await send(email, mobile)).ok).toBe(true)
  })

  it('are confirmed by no code of the other one (SEP12-94)', async () => {
    const { subject, email, mobile } = await awaiting()
    const turned = await gateway.register(subject, bringing(mobile, email))
    expect(turned).toEqual(wrongCode('email_address', 4))
  })

  it('await none of their codes any more when both have other values, whatever the type asks (SEP12-96)', async () => {
    const { subject, email, mobile } = await awaiting()
    const others = { email_address: 'joan@example.com', mobile_number: '+14155550101' }
    expect((await gateway.register(subject, others, 'plain')).ok).toBe(true)
    expect(sent).toHaveLength(2)
    for (const [field, code] of Object.entries({ email_address: email, mobile_number: mobile })) {
      expect(await gateway.register(subject, { [`${field}_verification`]: code }, 'plain')).toEqual(
        {
          ok: false,
          refusal: { code: 'code_not_awaited', field },
        },
      )
    }
  })

  it('both get another code by the same request when the first could not be sent (SEP12-97)', async () => {
    const subject = { account: anAccount() }
    refusesToSend = ({ field }) => field === 'email_address'
    await expect(gateway.register(subject, values)).rejects.toThrow('no way to email_address')
    expect(sent).toEqual([])
    refusesToSend = () => false
    await gateway.register(subject, values)
    expect(sent.map(({ field }) => field)).toEqual(['email_address', 'mobile_number'])
    const [email = '', mobile = ''] = sent.map(({ code }) => code)
    expect((await gateway.register(subject, bringing(email, mobile))).ok).toBe(true)
  })

  it('of which the second could not be sent: only that one gets another code (SEP12-97)', async () => {
    const subject = { account: anAccount() }
    refusesToSend = ({ field }) => field === 'mobile_number'
    await expect(gateway.register(subject, values)).rejects.toThrow('no way to mobile_number')
    refusesToSend = () => false
    await gateway.register(subject, values)
    expect(sent.map(({ field }) => field)).toEqual(['email_address', 'mobile_number'])
    const [email = '', mobile = ''] = sent.map(({ code }) => code)
    expect((await gateway.register(subject, bringing(email, mobile))).ok).toBe(true)
  })
})

it('two fields with choices of the type are each held to their own (SEP12-62)', async () => {
  const subject = { account: anAccount() }
  const send = (chosen: Sent) => gateway.register(subject, chosen, 'choosing')
  const refused = (field: string, choices: string) => ({
    ok: false,
    refusal: { code: 'field_refused', field, reason: `must be one of ${choices}` },
  })
  expect((await send({ id_type: 'id_card', city: 'Bonn' })).ok).toBe(true)
  expect(await send({ id_type: 'Rome', city: 'Bonn' })).toEqual(
    refused('id_type', 'passport, id_card'),
  )
  expect(await send({ id_type: 'id_card', city: 'Oslo' })).toEqual(refused('city', 'Rome, Bonn'))
})

describe('what has two faults', () => {
  const notAwaited = (field: string) => ({
    ok: false,
    refusal: { code: 'code_not_awaited', field },
  })
  const unknownFile = (name: string) => ({ [`${name}_file_id`]: randomUUID() })
  const fileUnknown = (field: string) => ({ ok: false, refusal: { code: 'file_unknown', field } })

  it('is refused for a code that nobody awaits before a wrong one, which costs no try (SEP12-96)', async () => {
    const { subject } = await awaiting()
    const codeOfAnother = { ...bringing(wrong, wrong), city_verification: wrong }
    expect(await gateway.register(subject, codeOfAnother)).toEqual(notAwaited('city'))
    expect(await gateway.register(subject, bringing(wrong, wrong))).toEqual(
      wrongCode('email_address', 4),
    )
  })

  it('is refused for a file before a code, which costs no try (SEP12-96, SEP12-128)', async () => {
    const { subject } = await awaiting()
    const both = { ...bringing(wrong, wrong), ...unknownFile('photo_id_back') }
    expect(await gateway.register(subject, both)).toEqual(fileUnknown('photo_id_back'))
    expect(await gateway.register(subject, bringing(wrong, wrong))).toEqual(
      wrongCode('email_address', 4),
    )
  })

  it('is refused for a value before a file (SEP12-75)', async () => {
    const { subject } = await awaiting()
    expect(await gateway.register(subject, { ...unknownFile('photo_id_back'), city: ' ' })).toEqual(
      {
        ok: false,
        refusal: {
          code: 'field_refused',
          field: 'city',
          reason: 'is empty; leave it out, or send a value',
        },
      },
    )
  })

  it('is refused for the rejection of the customer before any value (SEP12-81)', async () => {
    const { subject, id } = await awaiting()
    expect(await gateway.reject({ id, reason: ' We cannot serve you ', operator: 'ada' })).toEqual({
      ok: true,
      value: undefined,
    })
    const data = { city: ' ', ...unknownFile('photo_id_back'), ...bringing(wrong, wrong) }
    expect(await gateway.register(subject, data)).toEqual({
      ok: false,
      refusal: { code: 'customer_rejected', message: 'We cannot serve you' },
    })
  })

  it('is refused to an operator for the reason, then for the customer', async () => {
    const { id } = await awaiting()
    const operator = 'ada'
    const malformed = { ok: false, refusal: { code: 'reason_malformed', lengthMax: 500 } }
    expect(await gateway.reject({ id: randomUUID(), reason: ' ', operator })).toEqual(malformed)
    await gateway.reject({ id, reason: 'Enough', operator })
    expect(await gateway.reject({ id, reason: 'x'.repeat(501), operator })).toEqual(malformed)
    expect(await gateway.reject({ id, reason: 'Enough', operator })).toEqual({
      ok: false,
      refusal: { code: 'customer_already_rejected' },
    })
  })
})

describe('two files', () => {
  const filesOf = async (subject: Subject, customerId: string) => {
    const list = await db.read(({ customerFiles }) =>
      customerFiles.list(subject, { customerId }, at),
    )
    return list.toSorted((one, other) => one.size - other.size)
  }
  const smallFirst = [aPng, aPdf].toSorted((one, other) => one.length - other.length)
  const kept = async (subject: Subject, files: Sent) => {
    const outcome = await gateway.register(subject, files, 'plain')
    if (!outcome.ok) throw new Error(outcome.refusal.code)
    const customer = await db.read(({ customers }) => customers.find(outcome.value.id))
    return { id: outcome.value.id, fields: customer?.fields ?? {} }
  }

  it('that come with a request are both kept, as files of that principal, until others come (SEP12-84, SEP12-122)', async () => {
    const subject = { account: anAccount(), memo: '7' }
    const { id, fields } = await kept(subject, { photo_id_front: aPng, photo_id_back: aPdf })
    const of = (name: string, bytes: Uint8Array) => ({
      id: fields[name]?.value,
      owner: subject,
      customerId: id,
      contentType: bytes === aPng ? 'image/png' : 'application/pdf',
      size: bytes.length,
      digest: digest(bytes),
      createdAt: at,
    })
    const files = [of('photo_id_front', aPng), of('photo_id_back', aPdf)]
    expect(await filesOf(subject, id)).toEqual(files.toSorted((a, b) => a.size - b.size))
    const turned = await kept(subject, { photo_id_front: aPdf, photo_id_back: aPng })
    expect(turned.id).toBe(id)
    const after = await filesOf(subject, id)
    expect(after.map(({ digest: print }) => print)).toEqual(smallFirst.map(digest))
    const ids = ['photo_id_front', 'photo_id_back'].map((name) => turned.fields[name]?.value)
    expect(new Set(after.map((file) => file.id))).toEqual(new Set(ids))
    for (const { id: old } of files) expect(ids).not.toContain(old)
  })

  it('that were uploaded before are both bound to the customer, or neither (SEP12-128)', async () => {
    const subject = { account: anAccount() }
    const uploaded = async (bytes: Uint8Array) => {
      const outcome = await gateway.upload(subject, bytes)
      if (!outcome.ok) throw new Error(outcome.refusal.code)
      return outcome.value.id
    }
    const [front, back] = [await uploaded(aPng), await uploaded(aPdf)]
    const refer = (name: string, id: string) => ({ [`${name}_file_id`]: id })
    const none = { ...refer('photo_id_front', front), ...refer('photo_id_back', randomUUID()) }
    expect(await gateway.register(subject, none, 'plain')).toEqual({
      ok: false,
      refusal: { code: 'file_unknown', field: 'photo_id_back' },
    })
    const both = { ...refer('photo_id_front', front), ...refer('photo_id_back', back) }
    const { id, fields } = await kept(subject, both)
    expect([fields['photo_id_front']?.value, fields['photo_id_back']?.value]).toEqual([front, back])
    const files = await filesOf(subject, id)
    expect(new Set(files.map((file) => file.id))).toEqual(new Set([front, back]))
    expect(files.map(({ expiresAt }) => expiresAt)).toEqual([undefined, undefined])
  })

  it('for one field are not both kept: what comes with the request counts, what it refers to lapses (SEP12-128, SEP12-131)', async () => {
    const subject = { account: anAccount() }
    const uploaded = await gateway.upload(subject, aPng)
    if (!uploaded.ok) throw new Error(uploaded.refusal.code)
    const before = uploaded.value
    const sending = { photo_id_front_file_id: before.id, photo_id_front: aPdf }
    const { id, fields } = await kept(subject, sending)
    expect(fields['photo_id_front']).toMatchObject({ digest: digest(aPdf) })
    expect((await filesOf(subject, id)).map((file) => file.digest)).toEqual([digest(aPdf)])
    const loose = await db.read(({ customerFiles }) =>
      customerFiles.list(subject, { id: before.id }, at),
    )
    expect(loose).toEqual([before])
  })
})
