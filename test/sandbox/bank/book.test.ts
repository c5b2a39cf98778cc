import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultSettings } from '../../../src/sandbox/bank/behaviour.ts'
import { openBookFile } from '../../../src/sandbox/bank/book-file.ts'
import { openBook } from '../../../src/sandbox/bank/book.ts'
import { magicAccountNumbers } from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { openDesk } from '../../../src/sandbox/bank/payout-desk.ts'
import { readOrder } from '../../../src/sandbox/bank/payout-order.ts'
import { answerRequest } from '../../../src/sandbox/bank/routes.ts'
import { until } from '../../until.ts'
import {
  anOrder,
  call,
  control,
  noWebhooks,
  orderPayout,
  readBook,
  secrets,
  startBank,
} from './bank-client.ts'
import type { ChildProcess } from 'node:child_process'
import type { SandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'

let folder: string
let dataFile: string
const toEnd: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bank-'))
  dataFile = join(folder, 'kept', 'book.jsonl')
})
afterEach(async () => {
  for (const end of toEnd.splice(0).toReversed()) await end()
  await rm(folder, { recursive: true })
})

async function openBank(options: Parameters<typeof startBank>[0] = {}): Promise<SandboxBank> {
  const bank = await startBank({ dataFile, ...options })
  toEnd.push(() => bank.stop())
  return bank
}

async function spawnBank(): Promise<{ child: ChildProcess; bank: SandboxBank }> {
  const root = fileURLToPath(new URL('../../../', import.meta.url))
  const node = join(root, 'node_modules', '.bin', 'node')
  const program = join(root, 'test', 'sandbox', 'bank', 'bank-process.ts')
  const child = spawn(node, [program, dataFile], { stdio: ['ignore', 'pipe', 'inherit'] })
  toEnd.push(() => kill(child))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, bank: { url: line.toString().trim(), stop: () => kill(child) } }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('the book of the sandbox bank', () => {
  it('still has every payout it answered for after kill -9 in the middle of orders', async () => {
    const { child, bank } = await spawnBank()
    const answered: string[] = []
    const sendUntilKilled = async (teller: number): Promise<void> => {
      for (let number = 0; ; number += 1) {
        const key = `k-${teller}-${number}`
        const order = anOrder('1000123456', { transaction_id: `tx-${key}` })
        const answer = await orderPayout(bank, key, order).catch(() => undefined)
        if (answer === undefined) return
        answered.push(key)
      }
    }
    const tellers = Array.from({ length: 10 }, (_, teller) => sendUntilKilled(teller))
    await until(() => answered.length >= 50, 'fifty answers')
    await kill(child)
    await Promise.all(tellers)

    const book = await readBook(await openBank())
    const kept = book.payouts.map((payout) => payout.idempotency_key)
    expect(answered.filter((key) => !kept.includes(key))).toEqual([])
    expect(book.movements).toHaveLength(kept.length)
  })

  it('drops a torn last line and goes on after it', async () => {
    const first = await startBank({ dataFile })
    await orderPayout(first, 'k-1', anOrder('1000123456'))
    await first.stop()
    await appendFile(dataFile, '{"type":"ordered","at":"2026-01-01T00:00:00.000Z","id":"po_to')

    const second = await openBank()
    expect((await readBook(second)).payouts).toHaveLength(1)
    await orderPayout(second, 'k-2', anOrder('1000123456'))
    await second.stop()
    expect((await readBook(await openBank())).payouts).toHaveLength(2)
    expect((await readFile(dataFile, 'utf8')).split('\n')).toHaveLength(3)
  })

  it('is closed only when all that was appended is in it', async () => {
    const { file } = await openBookFile(dataFile)
    const appended = [file.append('one'), file.append('two')]
    await file.close()
    await Promise.all(appended)
    expect(await readFile(dataFile, 'utf8')).toBe('one\ntwo\n')
  })

  it.each([
    ['nothing', []],
    ['one line', ['one']],
    ['lines of which one is being written', ['one', 'two', 'three']],
  ])('forgets after what was appended before: %s', async (_, [first, ...further]) => {
    const { file } = await openBookFile(dataFile)
    toEnd.push(() => file.close())
    const appended = first === undefined ? [] : [file.append(first)]
    await Promise.resolve() // the first line is on its way
    appended.push(...further.map((line) => file.append(line)))
    const cleared = file.clear()
    await file.flushed()
    expect(await readFile(dataFile, 'utf8')).toBe('')
    await Promise.all([...appended, cleared])
    await file.append('after')
    expect(await readFile(dataFile, 'utf8')).toBe('after\n')
  })

  it('keeps what is appended after it was told to forget, however soon', async () => {
    const { file } = await openBookFile(dataFile)
    toEnd.push(() => file.close())
    const lines = ['before', 'under way'].map((line) => file.append(line))
    const steps = [...lines, file.clear(), file.append('one'), file.append('two'), file.clear()]
    await Promise.all([...steps, file.append('three'), file.append('four')])
    expect(await readFile(dataFile, 'utf8')).toBe('three\nfour\n')
  })

  it('takes nothing any more when it is closed', async () => {
    const { file } = await openBookFile(dataFile)
    await file.append('one')
    await file.close()
    await expect(file.append('two')).rejects.toThrow(/closed|EBADF/)
    expect(await readFile(dataFile, 'utf8')).toBe('one\n')
  })

  it('does not begin anew where it cannot be read', async () => {
    await expect(openBook(folder)).rejects.toThrow(/^EISDIR: .* read$/)
  })

  it('gives words of any alphabet and an account that is missing back as they came, after a restart too', async () => {
    const first = await startBank({ dataFile })
    const reference = 'Zürich, Łódź, 東京 🏦'
    await orderPayout(first, 'k-1', anOrder('1000123456', { reference }))
    await orderPayout(first, 'k-2', anOrder('', { receiver: {} }))
    await orderPayout(first, 'k-3', anOrder(magicAccountNumbers.pendingUntilTold))
    for (const step of ['deliver', 'return']) {
      await control(first, step, { idempotency_key: 'k-3' })
    }
    const before = await readBook(first)
    expect(before.payouts).toMatchObject([
      { reference, account: '1000123456' },
      { account: null },
      { state: 'returned' },
    ])
    await first.stop()
    expect(await readBook(await openBank())).toEqual(before)
  })

  it('answers 500 with words when it cannot be written, and the bank goes on', async () => {
    let now = () => new Date()
    const bank = await openBank({ now: () => now() })
    await orderPayout(bank, 'k-1', anOrder(magicAccountNumbers.pendingUntilTold))
    now = () => new Date(NaN) // which no line can hold
    const failed = await control(bank, 'deliver', { idempotency_key: 'k-1' })
    const error = { code: 'internal_error', message: 'The bank could not write its book.' }
    expect([failed.status, failed.body]).toEqual([500, { error }])
    now = () => new Date()
    expect(await readBook(bank)).toMatchObject({ payouts: [{ state: 'pending' }], movements: [] })
    expect((await control(bank, 'deliver', { idempotency_key: 'k-1' })).status).toBe(200)
  })

  it('is for its owner only', async () => {
    await openBank()
    expect((await stat(dataFile)).mode & 0o777).toBe(0o600)
  })

  it('refuses to open with a damaged line in the middle, and names it', async () => {
    const bank = await startBank({ dataFile })
    await orderPayout(bank, 'k-1', anOrder('1000123456'))
    await bank.stop()
    const line = await readFile(dataFile, 'utf8')
    for (const [text, place] of [
      ['damaged\n' + line, 1],
      [line + 'damaged\n' + line, 2],
    ] as const) {
      await writeFile(dataFile, text)
      await expect(startBank({ dataFile })).rejects.toThrow(
        `The bank's book is damaged at ${dataFile}:${place}`,
      )
    }
  })

  it('delivers after a restart what was due before it', async () => {
    const early = await startBank({ dataFile, settings: { settleAfterMs: 50 } })
    const order = anOrder(magicAccountNumbers.deliveredLater)
    expect((await orderPayout(early, 'k-later', order)).body['state']).toBe('pending')
    await early.stop()
    const late = await openBank()
    await until(async () => (await readBook(late)).movements.length === 1, 'the delivery')
    expect((await readBook(late)).payouts).toMatchObject([{ state: 'delivered' }])
  })

  it('answers a repeat after a restart as before it', async () => {
    const first = await startBank({ dataFile })
    const answer = await orderPayout(first, 'k-1', anOrder('1000123456'))
    await first.stop()
    const second = await openBank()
    const again = await orderPayout(second, 'k-1', anOrder('1000123456'))
    expect(again.status).toBe(200)
    expect(again.headers.get('idempotent-replay')).toBe('true')
    expect(again.body).toEqual(answer.body)
    const other = await orderPayout(second, 'k-1', anOrder('1000123457'))
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'key_reused' } } })
  })

  it('moves money on accounts: to the customer, and back when returned', async () => {
    const bank = await openBank({ openingBalance: 100n })
    const accounts = async (): Promise<unknown> => (await call(`${bank.url}/accounts`)).body
    await orderPayout(bank, 'k-1', anOrder('1000 1234-56'))
    const yen = { amount: { value: '70', currency: 'JPY' } }
    await orderPayout(bank, 'k-2', anOrder('1000123456', yen))
    expect(await accounts()).toEqual({
      anchor: [
        { currency: 'USD', opening_balance: '100', balance: '89.50' },
        { currency: 'JPY', opening_balance: '100', balance: '30' },
      ],
      customers: [
        { account: '1000123456', currency: 'USD', balance: '10.50' },
        { account: '1000123456', currency: 'JPY', balance: '70' },
      ],
    })
    await control(bank, 'return', { idempotency_key: 'k-1' })
    expect(await accounts()).toMatchObject({
      anchor: [{ balance: '100.00' }, { balance: '30' }],
      customers: [{ balance: '0.00' }, { balance: '70' }],
    })
  })

  it('lets the anchor overdraw, of a million of each currency, unless it is told to be strict', async () => {
    const accounts = async (bank: SandboxBank) => (await call(`${bank.url}/accounts`)).body
    const rich = await openBank()
    await orderPayout(rich, 'k-1', anOrder('1000123456'))
    expect(await accounts(rich)).toMatchObject({
      anchor: [{ currency: 'USD', opening_balance: '1000000', balance: '999989.50' }],
    })
    const poor = await startBank({ openingBalance: 10n })
    toEnd.push(() => poor.stop())
    await orderPayout(poor, 'k-1', anOrder('1000123456'))
    expect(await accounts(poor)).toMatchObject({
      anchor: [{ currency: 'USD', opening_balance: '10', balance: '-0.50' }],
    })
  })

  it('names a transaction that was paid under two keys', async () => {
    const bank = await openBank()
    const summary = async (): Promise<unknown> => (await call(`${bank.url}/book/summary`)).body
    await orderPayout(bank, 'k-1', anOrder('1000123456'))
    expect(await summary()).toMatchObject({ transactions_paid_more_than_once: [] })
    await orderPayout(bank, 'k-2', anOrder('1000123456'))
    expect(await summary()).toEqual({
      payouts: { pending: 0, delivered: 2, rejected: 0, returned: 0 },
      movements: { delivery: 2, return: 0 },
      transactions_paid: 1,
      transactions_paid_more_than_once: ['tx-1'],
    })
    await control(bank, 'return', { idempotency_key: 'k-2' })
    expect(await summary()).toMatchObject({ transactions_paid_more_than_once: [] })
    await control(bank, 'return', { idempotency_key: 'k-1' })
    expect(await summary()).toMatchObject({ transactions_paid: 0 })
  })

  it('has forgotten as soon as it is told to, and keeps what comes after that', async () => {
    const book = await openBook(dataFile)
    toEnd.push(() => book.close())
    const reading = readOrder(Buffer.from(anOrder('1000123456')))
    if (!reading.ok) throw new Error(reading.fault)
    const { order } = reading
    const standing = { state: 'delivered' } as const
    const enter = (id: string) =>
      book.enter({ id, idempotencyKey: id, order, account: '1', standing, at: new Date() })
    await enter('po_1')
    const cleared = book.clear()
    const left = [book.payouts(), book.movements(), book.byKey('po_1'), book.byId('po_1')]
    expect(left).toEqual([[], [], undefined, undefined])
    const entered = enter('po_2')
    await Promise.all([cleared, entered])
    const kept = [book, await openBook(dataFile)]
    toEnd.push(() => kept[1]?.close() ?? Promise.resolve())
    for (const one of kept) {
      expect(one.payouts()).toMatchObject([{ id: 'po_2' }])
      expect(one.movements()).toMatchObject([{ kind: 'delivery', payout: { id: 'po_2' } }])
    }
  })

  it('forgets everything on reset, on the disk too', async () => {
    const bank = await openBank()
    await orderPayout(bank, 'k-1', anOrder('1000123456'))
    await control(bank, 'reset')
    expect(await readBook(bank)).toEqual({ payouts: [], movements: [] })
    await orderPayout(bank, 'k-1', anOrder('1000123457'))
    await bank.stop()
    expect((await readBook(await openBank())).movements).toMatchObject([{ account: '1000123457' }])
  })
})

describe('what is not on the disk yet', () => {
  /** A bank with one pending payout in a book that is on the disk only when `write` was called. */
  async function openSlowBook() {
    let write = (): void => undefined
    const written = new Promise<void>((resolve) => {
      write = resolve
    })
    const kept = await openBook(undefined)
    const book = { ...kept, flushed: () => written }
    const now = () => new Date()
    const settings = () => defaultSettings
    const parts = {
      book,
      webhooks: noWebhooks,
      settings,
      now,
      openingBalance: '100',
      refuseWhenShort: false,
    }
    const desk = openDesk(parts)
    const reading = readOrder(Buffer.from(anOrder(magicAccountNumbers.pendingUntilTold)))
    if (!reading.ok) throw new Error(reading.fault)
    const { order } = reading
    await desk.order('k-1', order)
    const id = book.byKey('k-1')?.id ?? ''
    const bank = { ...parts, ...secrets, desk, set: () => undefined }
    const read = (path: string) =>
      answerRequest(bank, {
        method: 'GET',
        path,
        url: new URL(path, 'http://bank'),
        headers: {},
        body: new Uint8Array(),
        isLocal: true,
      })
    const other = { ...order, digest: 'another' }
    const asked = {
      book: () => read('/book'),
      summary: () => read('/book/summary'),
      accounts: () => read('/accounts'),
      find: () => desk.find('k-1'),
      repeat: () => desk.order('k-1', order),
      'other order': () => desk.order('k-1', other),
      cancel: () => desk.cancel(id),
    }
    return { asked, desk, order, write }
  }

  it.each(['book', 'summary', 'accounts', 'find', 'repeat', 'other order', 'cancel'] as const)(
    'is told to nobody: %s',
    async (name) => {
      const { asked, write } = await openSlowBook()
      let told = false
      const answer = asked[name]().finally(() => {
        told = true
      })
      for (let turn = 0; turn < 5; turn += 1) await new Promise((next) => setImmediate(next))
      expect(told).toBe(false)
      write()
      expect(await answer).toMatchObject({ status: name === 'other order' ? 409 : 200 })
    },
  )

  it('is there already for a second order under its key', async () => {
    const { desk, order, write } = await openSlowBook()
    const both = Promise.all([desk.order('k-2', order), desk.order('k-2', order)])
    write()
    const [first, second] = await both
    expect(first).toMatchObject({ status: 201 })
    expect(second).toMatchObject({ status: 200, headers: { 'idempotent-replay': 'true' } })
  })
})
