import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { rollDice } from './dice.ts'
import type { WireRequest } from './draft.ts'
import { keepDoubts } from './doubts.ts'
import { keepFindings } from './findings.ts'
import { judgeBy } from './judge.ts'
import type { HttpAnswer } from './judge.ts'
import { documents, makeRequest } from './make-request.ts'
import { faultsOfGrowth } from './memory.ts'
import { drawOddValues } from './odd-values.ts'
import { readOptions } from './options.ts'
import { faultsOfRaw } from './raw-requests.ts'
import { openSender } from './send.ts'
import { aWorldOnPaper } from './world-on-paper.ts'

const making = (seed: number) => ({
  seed,
  world: aWorldOnPaper,
  odd: drawOddValues(seed),
  recent: { transactions: [], cursors: [], challenges: [] },
})
const numbers = Array.from({ length: 2_000 }, (_, number) => number)
const first = making(7)
const made = numbers.map((number) => makeRequest(number, first))

/** Without what hangs on the clock. */
const asText = ({ kind, request }: (typeof made)[number]): string =>
  kind !== 'http'
    ? JSON.stringify(request)
    : JSON.stringify({ ...request, operation: undefined }).replaceAll(/payout-[a-z]+","[^"]*/g, '')

describe('the requests of the fuzzer', () => {
  it('are the same for the same seed and number, in any order', () => {
    const again = making(7)
    const backwards = numbers.toReversed().map((number) => asText(makeRequest(number, again)))
    expect(backwards.toReversed()).toEqual(made.map(asText))
  })

  it('are others for another seed', () => {
    const other = making(8)
    const texts = new Set(made.map(asText))
    const same = numbers.filter((number) => texts.has(asText(makeRequest(number, other))))
    expect(same.length).toBeLessThan(numbers.length / 4)
  })

  it('go to every operation of both documents', () => {
    const sent = new Set(made.map(({ request }) => request.label))
    const described = Object.values(documents).flatMap(({ operations }) =>
      operations.map(({ method, path }) => `${method} ${path}`),
    )
    expect(described.filter((label) => !sent.has(label))).toEqual([])
  })
})

describe('the dice', () => {
  it('roll every number about as often', () => {
    const counts = [0, 0, 0, 0, 0, 0]
    for (let index = 0; index < 6_000; index += 1) {
      const rolled = rollDice(1, index).below(6)
      counts[rolled] = (counts[rolled] ?? 0) + 1
    }
    expect(Math.min(...counts)).toBeGreaterThan(850)
    expect(Math.max(...counts)).toBeLessThan(1_150)
  })
})

const judge = judgeBy(documents)
const request: WireRequest = {
  door: 'public',
  label: 'GET /sep31/info',
  operation: undefined,
  method: 'GET',
  target: '/sep31/info',
  headers: [],
  body: undefined,
  isWellFormed: true,
  isStrict: false,
}
const answer = (status: number, text: string): HttpAnswer => ({
  status,
  headers: { 'x-request-id': 'a-request-id', 'content-type': 'application/json' },
  text,
  ms: 1,
})

describe('the judge', () => {
  it('lets pass what the document describes', () => {
    expect(judge(request, answer(200, '{"receive":{}}'))).toEqual([])
    expect(judge(request, answer(400, '{"error":"no"}'))).toEqual([])
    expect(judge({ ...request, target: '/x' }, answer(404, '{"error":"no"}'))).toEqual([])
  })

  it.each([
    ['a fault of ours', answer(500, '{"error":"no"}')],
    ['a part that is away', answer(503, '{"error":"no"}')],
    ['a status that is not described', answer(418, '{"error":"no"}')],
    ['an answer of another form', answer(200, '{"receive":[]}')],
    ['a word too much', answer(400, '{"error":"no","stack":"x"}')],
    ['a refusal without a word', answer(400, '')],
    ['our inside', answer(400, '{"error":"x\\n at f (file:///a.js:1:1)"}')],
  ])('objects to %s', (_, bad) => {
    expect(judge(request, bad)).not.toEqual([])
  })

  it('objects to a fault of ours where nothing is described', () => {
    const elsewhere = { ...request, target: '/x' }
    expect(judge(elsewhere, answer(500, '{"error":"no"}'))).toEqual(['status 500'])
    expect(judge(elsewhere, answer(404, ''))).toEqual(['a refusal without a word'])
  })

  it('objects to a fault that GraphQL masks, and to a valid document that is called invalid', () => {
    const graphql = { ...request, method: 'POST', target: '/graphql' }
    const error = (code: string) =>
      answer(200, `{"errors":[{"message":"no","extensions":{"code":"${code}"}}]}`)
    expect(judge(graphql, error('BAD_USER_INPUT'))).toEqual([])
    expect(judge(graphql, error('INTERNAL_SERVER_ERROR'))).toHaveLength(1)
    expect(judge(graphql, error('GRAPHQL_VALIDATION_FAILED'))).toHaveLength(1)
    expect(judge({ ...graphql, isWellFormed: false }, error('GRAPHQL_VALIDATION_FAILED'))).toEqual(
      [],
    )
  })

  it('objects to memory that grows, and to a bare socket that is left open or gets a fault', () => {
    const usage = (megabytes: number) => ({
      rss: 1,
      heapUsed: megabytes * 2 ** 20,
      external: 1,
      cpu: { user: 1, system: 1 },
    })
    expect(faultsOfGrowth('gateway', [usage(80), usage(120), usage(90)])).toEqual([])
    expect(faultsOfGrowth('gateway', [usage(80), usage(90), usage(105)])).toHaveLength(1)
    expect(faultsOfRaw({ text: 'HTTP/1.1 400 Bad Request\r\n', isClosed: true })).toEqual([])
    expect(faultsOfRaw({ text: 'HTTP/1.1 200 OK\r\nHTTP/1.1 500 X', isClosed: true })).toHaveLength(
      1,
    )
    expect(faultsOfRaw({ text: '', isClosed: false })).toHaveLength(1)
  })
})

describe('a doubtful answer', () => {
  const slow = { ...answer(200, '{"receive":{}}'), ms: 2_500 }
  const away = answer(503, '{"error":"away"}')
  const senderOf = (...answers: readonly HttpAnswer[]) => {
    const left = [...answers]
    return { send: () => Promise.resolve(left.shift()), close: () => Promise.resolve() }
  }

  it('is a fault when it is the same each time', async () => {
    const doubts = keepDoubts()
    expect(doubts.note({ index: 1, request, answer: slow })).toBe(false)
    expect(doubts.note({ index: 2, request, answer: away })).toBe(true)
    const found = await doubts.tryAgain(senderOf(slow, slow, slow, away, away, away), judge)
    expect(found.map(({ index, fault }) => `${index} ${fault}`)).toEqual([
      '1 GET /sep31/info: takes more than 2 s by itself',
      '2 GET /sep31/info: status 503 each time',
    ])
  })

  it('is none when it was the machine that was busy', async () => {
    const doubts = keepDoubts()
    doubts.note({ index: 1, request, answer: slow })
    doubts.note({ index: 2, request, answer: away })
    const good = answer(200, '{"receive":{}}')
    expect(await doubts.tryAgain(senderOf(slow, good, away, away, good), judge)).toEqual([])
    expect(doubts.awayCount()).toBe(1)
  })
})

describe('the sender', () => {
  it.each([
    ['[;S/"J2', undefined],
    ['[::1]:80', 204],
    ['evil.example', 204],
  ])('leaves alone what no client could send, as the host %j', async (host, status) => {
    const server = createServer((_, response) => response.writeHead(204).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const sender = openSender({ public: url, internal: url, strict: url }, 1)
    const headers = ['x-before', 'host', 'host', host]
    const answer = await sender.send({ ...request, headers })
    expect(typeof answer === 'string' ? answer : answer?.status).toBe(status)
    await sender.close()
    server.close()
  })
})

describe('what is found', () => {
  it('is told once per kind, with the command that repeats it', () => {
    const findings = keepFindings()
    for (const index of [3, 4]) findings.add({ fault: 'GET /x: status 500', index })
    findings.add({ fault: 'the memory grows' })
    expect(findings.count()).toBe(3)
    expect(findings.write((index) => `again ${index}`)).toBe(
      'FOUND GET /x: status 500 (2 times)\n  again: again 3\nFOUND the memory grows (1 times)',
    )
  })
})

describe('the command', () => {
  it('reads its arguments, and none that it does not know', () => {
    expect(readOptions(['--requests', '5', '--seed', '6', '--only', '7'])).toEqual({
      requests: 5,
      seed: 6,
      only: 7,
    })
    expect(readOptions([])).toMatchObject({ requests: 20_000, only: undefined })
    for (const bad of [['--requests', 'x'], ['--sede', '1'], ['5']]) {
      expect(readOptions(bad)).toBeUndefined()
    }
  })
})
