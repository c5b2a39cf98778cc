import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { admitted, logFields } from '../../src/observability/log-fields.ts'
import { createLog } from '../../src/observability/log.ts'
import { withinScope } from '../../src/observability/request-scope.ts'
import { createTroubles } from '../../src/observability/troubles.ts'

function heardLog(level = 'debug') {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(JSON.parse(line.toString()) as Record<string, unknown>)
      done()
    },
  })
  return { log: createLog({ level, destination }), lines }
}

describe('a line of the log', () => {
  it('has listed fields only, and names those that were left out', () => {
    const { log, lines } = heardLog()
    log.info(
      { usecase: 'registerCustomer', first_name: 'Ada', token: 'abc', fields: { a: 1 } },
      'use-case',
    )
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
        usecase: 'registerCustomer',
        leftOut: 'first_name token fields',
        msg: 'use-case',
      },
    ])
    expect(JSON.stringify(lines)).not.toMatch(/Ada|abc/)
  })

  it('holds no objects and no long texts', () => {
    const { log, lines } = heardLog()
    const strange = Array.from({ length: 50 }, (_, n) => `strange${n}`)
    log.info({ reason: { first_name: 'Ada' }, outcome: 'x'.repeat(1_000) }, 'use-case')
    expect(lines[0]).not.toHaveProperty('reason')
    expect(lines[0]?.['outcome']).toHaveLength(300)
    log.info(Object.fromEntries(strange.map((name) => [name, 1])), 'use-case')
    expect(lines[1]?.['leftOut']).toBe(strange.join(' ').slice(0, 300))
  })

  it('cuts each text at 300 characters, whatever its field', () => {
    const names = Object.keys(logFields).filter((name) => name !== 'error')
    const told = admitted(Object.fromEntries(names.map((name) => [name, 'x'.repeat(301)])))
    expect(told).toEqual(Object.fromEntries(names.map((name) => [name, 'x'.repeat(300)])))
  })

  it('tells yes and no, numbers and short texts as they are, and what is thrown by its description', () => {
    const { log, lines } = heardLog('info')
    log.debug({ reason: 'unheard' }, 'called')
    const error = Object.assign(new Error('told'), { stack: 'Error: told' })
    const [reason, matched, account] = ['x'.repeat(300), true, null]
    log.info({ reason, matched, tries: 0, account, error }, 'use-case')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      reason,
      matched,
      tries: 0,
      error: { name: 'Error', message: 'told' },
    })
    expect(lines[0]).not.toHaveProperty('account')
  })

  it('says to which request it belongs, however deep it was written', async () => {
    const { log, lines } = heardLog()
    const scope = { requestId: 'r-1', sendingAnchor: 'GANCHOR' }
    await withinScope(scope, async () => {
      await Promise.resolve()
      await new Promise<void>((resolve) => setImmediate(resolve))
      log.debug({ target: 'bank' }, 'called')
    })
    log.debug({ target: 'bank' }, 'called')
    expect(lines[0]).toMatchObject({ ...scope, target: 'bank', level: 'debug', msg: 'called' })
    expect(lines[1]).not.toHaveProperty('requestId')
  })
})

describe('troubles', () => {
  it('that come again and again are one line in ten seconds, with their number', () => {
    const { log, lines } = heardLog()
    let now = 50_000
    const troubles = createTroubles(log, () => now)
    const away = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })
    for (let times = 0; times < 50; times += 1) troubles.of('redis')(away)
    troubles.of('listen')(away)
    troubles.of('redis')(new TypeError('another'))
    troubles.of('redis')(Object.assign(new Error('slow'), { code: 'ETIMEDOUT' }))
    now = 59_999
    troubles.of('redis')(away)
    const line = (part: string, error: object, more: object = {}) => ({
      level: 'warn',
      time: expect.any(String) as string,
      part,
      error: { at: expect.any(Array) as string[], ...error },
      msg: 'trouble',
      ...more,
    })
    const gone = { name: 'Error', code: 'ECONNREFUSED', message: 'gone' }
    const first = [
      line('redis', gone),
      line('listen', gone),
      line('redis', { name: 'TypeError', message: 'another' }),
      line('redis', { name: 'Error', code: 'ETIMEDOUT', message: 'slow' }),
    ]
    expect(lines).toEqual(first)
    now = 60_000
    troubles.of('redis')(away)
    now = 70_000
    troubles.of('redis')(away)
    troubles.of('listen')(away)
    now = 79_999
    troubles.of('redis')(away)
    troubles.of('listen')(away)
    expect(lines).toEqual([
      ...first,
      line('redis', gone, { times: 50 }),
      line('redis', gone),
      line('listen', gone),
    ])
  })

  it('are none any more when we are about to stop', () => {
    const { log, lines } = heardLog()
    const troubles = createTroubles(log, () => 0)
    const before = troubles.of('redis')
    troubles.hush()
    troubles.of('queue')(new Error('terminating connection due to administrator command'))
    before(new Error('Connection is closed.'))
    expect(lines).toEqual([])
  })
})
