import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onServer } from '../../database.ts'
import { anAccount, aPdf, aPng, jane, multipart, openDoor } from './door.ts'
import type { Sending } from './door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const textParts = Object.entries(jane).map(([name, value]) => ({ name, value }))
const filesOf = (id: string | undefined) =>
  onServer(door.url, 'select id from customer_file where customer_id = $1', [id])
const upload = (subject: string, value: Uint8Array = aPng) =>
  door.call(subject, 'POST /customer/files', multipart([{ name: 'file', value }]))

describe('pictures in PUT /sep12/customer', () => {
  it('may come first and without a file name (SEP12-84, SEP12-85, SEP12-86)', async () => {
    const account = anAccount()
    const { status, body } = await door.call(
      account,
      'PUT /customer',
      multipart([{ name: 'photo_id_front', value: aPng }, ...textParts]),
    )
    expect(status).toBe(202)
    const found = await door.call(account, `GET /customer?id=${body.id}`)
    expect(found.body.provided_fields?.['photo_id_front']).toMatchObject({
      type: 'binary',
      status: 'ACCEPTED',
    })
    expect(await filesOf(body.id)).toHaveLength(1)
  })

  it('are kept once, and the old one goes when another comes (SEP12-70, SEP12-122)', async () => {
    const account = anAccount()
    const send = (value: Uint8Array) =>
      door.call(account, 'PUT /customer', multipart([{ name: 'photo_id_front', value }]))
    const first = await send(aPng)
    const before = await filesOf(first.body.id)
    await send(aPng)
    expect(await filesOf(first.body.id)).toEqual(before)
    await send(aPdf)
    const after = await filesOf(first.body.id)
    expect(after).toHaveLength(1)
    expect(after).not.toEqual(before)
  })

  it('are judged by their content, not by their name (SEP12-87, SEP09-36)', async () => {
    const account = anAccount()
    const parts = [
      {
        name: 'photo_id_front',
        value: 'no picture',
        fileName: 'front.jpg',
        type: 'image/jpeg',
      },
      ...textParts,
    ]
    const { status, body } = await door.call(account, 'PUT /customer', multipart(parts))
    expect([status, body.error]).toEqual([400, expect.stringContaining("'photo_id_front'")])
    const cut = multipart([{ name: 'photo_id_front', value: aPng.subarray(0, 40) }])
    expect((await door.call(account, 'PUT /customer', cut)).status).toBe(400)
    expect((await door.call(account, 'GET /customer')).body.id).toBeUndefined()
  })

  it('are not taken as text, nor texts as files (SEP12-86, SEP12-89)', async () => {
    const account = anAccount()
    const json = { body: { photo_id_front: aPng.toString('base64') } }
    expect((await door.call(account, 'PUT /customer', json)).status).toBe(400)
    const text = multipart([{ name: 'photo_id_front', value: 'text' }])
    expect((await door.call(account, 'PUT /customer', text)).status).toBe(400)
    const file = multipart([{ name: 'first_name', value: aPng }])
    expect((await door.call(account, 'PUT /customer', file)).status).toBe(400)
  })

  it('may have ten megabytes (SEP12-88)', async () => {
    const tooLarge = Buffer.concat([aPng, Buffer.alloc(11_000_000)])
    const parts = multipart([{ name: 'photo_id_front', value: tooLarge }])
    const { status } = await door.call(anAccount(), 'PUT /customer', parts)
    expect(status).toBe(413)
  })

  it('need not be there: multipart of texts alone is taken (SEP12-05)', async () => {
    const { status } = await door.call(anAccount(), 'PUT /customer', multipart(textParts))
    expect(status).toBe(202)
  })
})

describe('POST /sep12/customer/files', () => {
  it('answers what the file is, and that it lapses (SEP12-127, SEP12-133)', async () => {
    const { status, body } = await upload(anAccount())
    expect([status, body]).toEqual([
      200,
      {
        file_id: expect.any(String) as string,
        content_type: 'image/png',
        size: aPng.length,
        expires_at: '2026-03-02T12:00:00.000Z',
        customer_id: null,
      },
    ])
    const pdf = await upload(anAccount(), aPdf)
    expect(pdf.body).toMatchObject({ content_type: 'application/pdf', size: aPdf.length })
  })

  it('refuses what is no file with 400, and what is too large with 413 (SEP12-130)', async () => {
    const account = anAccount()
    const refusedFor = async (sending: Sending) => {
      const { status, body } = await door.call(account, 'POST /customer/files', sending)
      return [status, body.error]
    }
    const noFile = "Send multipart/form-data with one part named 'file' that holds a file"
    const unreadable = multipart([{ name: 'file', value: Buffer.from('text') }])
    expect(await refusedFor(unreadable)).toEqual([
      400,
      "'file' cannot be read; send a JPEG, PNG, PDF, MP4, WebM or QuickTime file",
    ])
    const misnamed = multipart([{ name: 'photo_id_front', value: aPng }])
    expect(await refusedFor(misnamed)).toEqual([400, noFile])
    const beside = multipart([
      { name: 'photo_id_front', value: aPng },
      { name: 'file', value: aPdf },
    ])
    const kept = await door.call(account, 'POST /customer/files', beside)
    expect(kept.body).toMatchObject({ content_type: 'application/pdf' })
    const tooLarge = multipart([{ name: 'file', value: Buffer.alloc(10_485_761) }])
    expect(await refusedFor(tooLarge)).toEqual([413, 'A file may have at most 10485760 bytes'])
    expect(await refusedFor({ body: { file: 'x' } })).toEqual([400, noFile])
    const plain = await door.call(account, 'POST /customer/files', {
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    })
    expect(plain.status).toBe(400)
  })

  it('lends itself to a customer of the same principal, and then no longer lapses (SEP12-128, SEP12-131)', async () => {
    const account = anAccount()
    const { body } = await upload(account)
    const put = await door.call(account, 'PUT /customer', {
      body: { ...jane, photo_id_front_file_id: body.file_id },
    })
    expect(put.status).toBe(202)
    const listed = await door.call(account, `GET /customer/files?customer_id=${put.body.id}`)
    const { expires_at: _, ...rest } = { expires_at: '', ...body }
    expect(listed.body).toEqual({ files: [{ ...rest, customer_id: put.body.id }] })
    const again = await door.call(account, 'PUT /customer', {
      body: { photo_id_front_file_id: body.file_id },
    })
    expect(again.status).toBe(202)
    const days = 2 * 24 * 60 * 60_000
    door.clock.now = new Date(door.clock.now.getTime() + days)
    await door.forgetLapsedFiles()
    door.clock.now = new Date(door.clock.now.getTime() - days)
    expect(await filesOf(put.body.id)).toHaveLength(1)
  })

  it.each([
    [0n, [200, 200, 200, 413, 413]],
    [1n, [200, 200, 413, 413, 413]],
  ])(
    'keeps a gigabyte of files that nobody refers to, per account, and not %i byte more (POLARIS-8.26)',
    async (more, expected) => {
      const account = anAccount()
      const first = await upload(`${account}:1`)
      const grow = (bytes: bigint) =>
        onServer(door.url, 'update customer_file set size = $2 where id = $1', [
          first.body.file_id,
          bytes,
        ])
      await grow(2n ** 30n - BigInt(aPng.length) * 3n + more)
      const five = await Promise.all([2, 3, 4, 5, 6].map((memo) => upload(`${account}:${memo}`)))
      expect(five.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual(expected)
      const errors = five.flatMap(({ status, body }) => (status === 413 ? [body.error] : []))
      expect(new Set(errors)).toEqual(
        new Set([
          'Too many files wait to be used: name them in PUT /customer, as <field>_file_id, or come back tomorrow',
        ]),
      )
      expect((await upload(`${account}:7`, Buffer.from('text'))).status).toBe(400)
      expect((await upload(anAccount())).status).toBe(200)
      await door.call(`${account}:1`, 'PUT /customer', {
        body: { ...jane, photo_id_front_file_id: first.body.file_id },
      })
      expect((await upload(account)).status).toBe(200)
    },
  )

  it('lends itself to fields that may hold what it is, and to no other (SEP12-128, SEP09-37)', async () => {
    const account = anAccount()
    const video = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isomavc1', 'latin1')
    const { body } = await upload(account, video)
    expect(body).toMatchObject({ content_type: 'video/mp4' })
    const use = (field: string) =>
      door.call(account, 'PUT /customer', { body: { [`${field}_file_id`]: body.file_id } })
    for (const field of ['photo_id_front', 'photo_proof_residence', 'first_name']) {
      expect([field, (await use(field)).status]).toEqual([field, 400])
    }
    expect((await use('proof_of_liveness')).status).toBe(202)
  })

  it('lapses as before when the customer has the same picture already (SEP12-70, SEP12-131)', async () => {
    const account = anAccount()
    const picture = multipart([{ name: 'photo_id_front', value: aPng }])
    const put = await door.call(account, 'PUT /customer', picture)
    const before = await filesOf(put.body.id)
    const { body } = await upload(account)
    const use = { body: { photo_id_front_file_id: body.file_id } }
    expect((await door.call(account, 'PUT /customer', use)).status).toBe(202)
    expect(await filesOf(put.body.id)).toEqual(before)
    const line = `GET /customer/files?file_id=${body.file_id}` as const
    const { files } = (await door.call(account, line)).body
    expect(files).toEqual([body])
  })

  it('is not dropped by somebody who sends its id as a text, and then another (SEP12-129)', async () => {
    const [owner, stranger] = [anAccount(), anAccount()]
    const { body } = await upload(owner)
    for (const city of [body.file_id, 'Rome']) {
      const { status } = await door.call(stranger, 'PUT /customer', { body: { city } })
      expect(status).toBe(202)
    }
    const line = `GET /customer/files?file_id=${body.file_id}` as const
    expect((await door.call(owner, line)).body.files).toHaveLength(1)
  })

  it('does not lend itself to anybody else (SEP12-128)', async () => {
    const account = anAccount()
    const { body } = await upload(account)
    const use = (subject: string, more: object = {}) =>
      door.call(subject, 'PUT /customer', {
        body: { ...jane, photo_id_front_file_id: body.file_id, ...more },
      })
    expect((await use(anAccount())).status).toBe(400)
    expect((await use(`${account}:1`)).status).toBe(400)
    expect((await use(account)).status).toBe(202)
    expect((await use(account, { memo: '7' })).status).toBe(400)
    const text = { first_name_file_id: body.file_id }
    expect((await door.call(account, 'PUT /customer', { body: text })).status).toBe(400)
  })
})

describe('GET /sep12/customer/files', () => {
  it('lists the files of a customer in the order they came, however they came', async () => {
    const account = anAccount()
    const fields = ['photo_id_back', 'proof_of_income', 'photo_id_front', 'photo_proof_residence']
    const came: number[] = []
    for (const [place, name] of [...fields, ...fields].entries()) {
      door.clock.now = new Date(door.clock.now.getTime() + 1_000)
      const value = Buffer.concat([aPdf, Buffer.alloc(place + 1, ' ')])
      const { body } = place % 3 === 0 ? await upload(account, value) : { body: undefined }
      const sending = body
        ? { body: { [`${name}_file_id`]: body.file_id } }
        : multipart([{ name, value }])
      const put = await door.call(account, 'PUT /customer', sending)
      expect(put.status).toBe(202)
      came.push(value.length)
      const line = `GET /customer/files?customer_id=${put.body.id}` as const
      const { files = [] } = (await door.call(account, line)).body
      expect(files).toMatchObject(came.slice(-fields.length).map((size) => ({ size })))
    }
  })

  it('lists own files, not those of others, and wants one of two names (SEP12-129, SEP12-132)', async () => {
    const account = anAccount()
    const { body } = await upload(account)
    const line = `GET /customer/files?file_id=${body.file_id}` as const
    const found = await door.call(account, line)
    expect([found.status, found.body]).toEqual([200, { files: [body] }])
    const { files = [] } = found.body
    const names = ['content_type', 'customer_id', 'expires_at', 'file_id', 'size']
    expect(Object.keys(files[0] ?? {}).toSorted()).toEqual(names)
    expect((await door.call(anAccount(), line)).body).toEqual({ files: [] })
    expect((await door.call(`${account}:1`, line)).body).toEqual({ files: [] })
    expect((await door.call(account, 'GET /customer/files?file_id=x')).body).toEqual({ files: [] })
    const both = `${line}&customer_id=x` as const
    for (const unclear of ['GET /customer/files', both] as const) {
      const { status, body: told } = await door.call(account, unclear)
      expect([status, told.error]).toEqual([400, "Send one of 'file_id' and 'customer_id'"])
    }
  })

  it('no longer knows a file that lapsed; it is dropped (SEP12-128, SEP12-131)', async () => {
    const account = anAccount()
    const { body } = await upload(account)
    const line = `GET /customer/files?file_id=${body.file_id}` as const
    await door.forgetLapsedFiles()
    expect((await door.call(account, line)).body).toMatchObject({ files: [body] })
    door.clock.now = new Date(door.clock.now.getTime() + 25 * 60 * 60_000)
    expect((await door.call(account, line)).body).toEqual({ files: [] })
    const use = { body: { photo_id_front_file_id: body.file_id } }
    expect((await door.call(account, 'PUT /customer', use)).status).toBe(400)
    expect(await door.forgetLapsedFiles()).toBeGreaterThan(0)
    const kept = await onServer(door.url, 'select 1 from customer_file where id = $1', [
      body.file_id,
    ])
    expect(kept).toEqual([])
  })
})
