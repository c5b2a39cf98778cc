import { afterEach, describe, expect, it, vi } from 'vitest'
import { accepted, refused } from '../../src/domain/outcome.ts'
import type { Log } from '../../src/observability/log.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import { observeRooms, observed } from '../../src/observability/observed.ts'
import { outwardCalls, toldFetch } from '../../src/observability/outward-calls.ts'

/** An observer, the lines it logged, and what it counts of a metric. */
function watched() {
  const lines: Readonly<Record<string, unknown>>[] = []
  const note = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, ...fields })
  const log = {
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    isLevelEnabled: () => true,
  } as unknown as Log // nothing else of it is used here
  const metrics = createMetrics({ version: 'test' })
  const counts = async (name: string) =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith(name))
      .map((line) => line.slice(name.length))
  return { log, metrics, lines, counts }
}

const durationMs = expect.any(Number) as number

/** A piece of work that takes so long by the clock of the process. */
function taking<Answer>(ms: number, answer: Answer): () => Promise<Answer> {
  vi.useFakeTimers({ toFake: ['performance'] })
  vi.advanceTimersByTime(5_000)
  return () => {
    vi.advanceTimersByTime(ms)
    return Promise.resolve(answer)
  }
}
afterEach(() => void vi.useRealTimers())

describe('a use-case', () => {
  const answers = {
    accepts: () => Promise.resolve(accepted({ id: 'ours' })),
    refuses: () => Promise.resolve(refused({ code: 'not_found' })),
    answers: () => Promise.resolve(undefined),
    fails: () => Promise.reject(new Error('broken')),
  }

  it.each([
    ['accepts', 'ok', 'info'],
    ['refuses', 'not_found', 'info'],
    ['answers', 'ok', 'info'],
    ['fails', 'failed', 'warn'],
  ] as const)('that %s is told once, as %s', async (name, outcome, level) => {
    const { lines, counts, ...observer } = watched()
    const run = observed<[], unknown>(observer, { name, run: answers[name] }, { level: 'info' })
    const came = await run().catch((error: unknown) => error)
    expect(came).toEqual(await answers[name]().catch((error: unknown) => error))
    expect(lines).toEqual([{ level, message: 'use-case', usecase: name, outcome, durationMs }])
    expect(await counts('fairlead_usecase_duration_seconds_count')).toEqual([
      `{usecase="${name}",outcome="${outcome}"} 1`,
    ])
  })

  it('is told with the facts and the word that its telling has for it', async () => {
    const { lines, counts, ...observer } = watched()
    const run = observed(
      observer,
      { name: 'sendPayout', run: (id: string) => Promise.resolve(`${id} sent`) },
      {
        level: 'debug',
        facts: ([transactionId], answer) => ({ transactionId, reason: answer ?? 'none' }),
        outcome: () => 'delivered',
      },
    )
    expect(await run('one')).toBe('one sent')
    expect(lines).toEqual([
      {
        level: 'debug',
        message: 'use-case',
        usecase: 'sendPayout',
        outcome: 'delivered',
        durationMs,
        transactionId: 'one',
        reason: 'one sent',
      },
    ])
    expect(await counts('fairlead_usecase_duration_seconds_count')).toEqual([
      '{usecase="sendPayout",outcome="delivered"} 1',
    ])
  })

  it.each([
    ['refuses', 'handled', 'info'],
    ['accepts', 'failed', 'warn'],
  ] as const)('that %s may be told by another word: %s, at %s', async (name, word, level) => {
    const { lines, counts: _, ...observer } = watched()
    const telling = { level: 'info', outcome: () => word } as const
    await observed<[], unknown>(observer, { name, run: answers[name] }, telling)()
    expect(lines).toMatchObject([{ level, usecase: name, outcome: word }])
  })

  it('tells how long it took, in whole milliseconds and for the metrics in seconds', async () => {
    const { lines, counts, ...observer } = watched()
    await observed(observer, { name: 'slow', run: taking(1_250.5, 1) }, { level: 'info' })()
    expect(lines[0]).toMatchObject({ durationMs: 1_251 })
    expect(await counts('fairlead_usecase_duration_seconds_sum')).toEqual([
      '{usecase="slow",outcome="ok"} 1.2505',
    ])
  })

  it.each([
    [{ ok: false, refusal: 'no' }, 'refused'],
    [{ ok: false, refusal: null }, 'refused'],
    [{ ok: false, refusal: { reason: 'no' } }, 'refused'],
    [{ ok: false, refusal: { code: 7 } }, '7'],
    [{ ok: false }, 'ok'],
    [{ ok: true, refusal: { code: 'none' } }, 'ok'],
    [{ refusal: { code: 'none' } }, 'ok'],
    [null, 'ok'],
    ['refusal', 'ok'],
  ])('that answers %j came to: %s', async (answer, outcome) => {
    const { lines, counts: _, ...observer } = watched()
    const run = () => Promise.resolve<unknown>(answer)
    expect(await observed(observer, { name: 'odd', run }, { level: 'info' })()).toBe(answer)
    expect(lines).toEqual([
      { level: 'info', message: 'use-case', usecase: 'odd', outcome, durationMs },
    ])
  })

  it('that fails is told with what is known of the call, at warn also where the log has no more', async () => {
    const { lines, counts: _, metrics, log } = watched()
    const quiet = { ...log, isLevelEnabled: (level: string) => level === 'warn' } as unknown as Log // as before
    const away = (...ids: string[]) => Promise.reject(new Error(ids.join()))
    const telling = {
      level: 'debug',
      facts: ([transactionId, customerId]: string[], answer: unknown) => ({
        transactionId: transactionId ?? 'none',
        customerId: customerId ?? 'none',
        reason: answer === undefined ? 'no answer' : 'an answer',
      }),
    } as const
    const failing = observed({ log: quiet, metrics }, { name: 'sendPayout', run: away }, telling)
    await expect(failing('one', 'two')).rejects.toThrow('one,two')
    const told = {
      level: 'warn',
      message: 'use-case',
      usecase: 'sendPayout',
      outcome: 'failed',
      durationMs,
      transactionId: 'one',
      customerId: 'two',
      reason: 'no answer',
    }
    expect(lines).toEqual([told])
    const fine = (...ids: string[]) => Promise.resolve(ids)
    await observed({ log: quiet, metrics }, { name: 'sendPayout', run: fine }, telling)('one')
    outwardCalls({ log: quiet, metrics }, 'bank', 'info')({ status: 200, durationMs: 1 })
    expect(lines).toEqual([told])
    outwardCalls({ log: quiet, metrics }, 'bank', 'info')({ status: 500, durationMs: 1 })
    expect(lines).toMatchObject([told, { level: 'warn', target: 'bank', status: 500 }])
  })

  it('that nobody named passes as it is', async () => {
    const { lines, counts: _, ...observer } = watched()
    const told = (answer: number) => () => Promise.resolve(answer)
    const rooms = { told: told(1), untold: told(2), plain: 3, other: told(4) }
    const seen = observeRooms(observer, rooms, {
      told: { level: 'info' },
      other: { level: 'debug' },
    })
    const answers = [await seen.told(), await seen.untold(), seen.plain, await seen.other()]
    expect(answers).toEqual([1, 2, 3, 4])
    expect(lines.map(({ usecase, level: at }) => [usecase, at])).toEqual([
      ['told', 'info'],
      ['other', 'debug'],
    ])
  })
})

describe('a call to somebody else', () => {
  it.each([
    [200, 'info', '2xx'],
    [404, 'info', '4xx'],
    [429, 'warn', '4xx'],
    [499, 'info', '4xx'],
    [500, 'warn', '5xx'],
    [undefined, 'warn', 'no_answer'],
  ] as const)(
    'answered with %s is told at %s, where we ask again and again at debug',
    async (...[status, level, outcome]) => {
      const { lines, counts, ...observer } = watched()
      const tell = outwardCalls(observer, 'bank', 'info')
      tell({ method: 'POST', host: 'bank.example.com', status, durationMs: 12.4 })
      expect(lines).toEqual([
        {
          level,
          message: 'called',
          target: 'bank',
          method: 'POST',
          host: 'bank.example.com',
          status,
          durationMs: 12,
        },
      ])
      expect(await counts('fairlead_outward_call_duration_seconds_sum')).toEqual([
        `{target="bank",outcome="${outcome}"} 0.0124`,
      ])
      outwardCalls(
        observer,
        'horizon',
        'debug',
      )({ host: 'ledger.example.com', status, durationMs: 7 })
      expect(lines[1]).toEqual({
        level: level === 'info' ? 'debug' : level,
        message: 'called',
        target: 'horizon',
        method: undefined,
        host: 'ledger.example.com',
        status,
        durationMs: 7,
      })
    },
  )

  it('is told by the host of its address, whether it is answered or not', async () => {
    const told: object[] = []
    const answer = { status: 204 }
    const fetch = toldFetch(
      ({ url }: { readonly url: string; readonly method?: string }) =>
        url.endsWith('away') ? Promise.reject(new Error('away')) : Promise.resolve(answer),
      (call) => told.push(call),
    )
    expect(await fetch({ url: 'https://wallet.example.com:8443/secret?a=b' })).toBe(answer)
    await expect(fetch({ url: 'https://wallet.example.com/away', method: 'PUT' })).rejects.toThrow(
      'away',
    )
    await fetch({ url: 'nowhere' })
    const slow = toldFetch(taking(70, answer), (call) => told.push(call))
    await slow({ url: 'https://wallet.example.com/slow' })
    expect(told).toEqual([
      { method: 'GET', host: 'wallet.example.com:8443', status: 204, durationMs },
      { method: 'PUT', host: 'wallet.example.com', status: undefined, durationMs },
      { method: 'GET', host: 'none', status: 204, durationMs },
      { method: 'GET', host: 'wallet.example.com', status: 204, durationMs: 70 },
    ])
  })
})

describe('metrics', () => {
  it('count requests by template and class of the status, in seconds', async () => {
    const { metrics, counts } = watched()
    const call = { listener: 'public', method: 'GET', durationMs: 1_500 }
    metrics.request({ ...call, route: '/things/:id', status: 201 })
    metrics.request({ ...call, route: undefined, status: 404 })
    expect(await counts('fairlead_http_request_duration_seconds_sum')).toEqual([
      '{listener="public",method="GET",route="/things/:id",status="2xx"} 1.5',
      '{listener="public",method="GET",route="none",status="4xx"} 1.5',
    ])
  })

  it('tell durations apart from two milliseconds to half a minute', async () => {
    const { metrics, counts } = watched()
    metrics.job('send-payout', 'done', 250)
    const lines = await counts('fairlead_job_duration_seconds_bucket')
    expect(lines.map((line) => /le="([^"]+)"/.exec(line)?.[1])).toEqual(
      '0.002 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 30 +Inf'.split(' '),
    )
  })

  it('count jobs, payout steps and fields of GraphQL, each by its outcome', async () => {
    const { metrics, counts } = watched()
    metrics.job('send-payout', 'given_up', 250)
    metrics.payoutStep('delivered')
    metrics.payoutStep('delivered')
    metrics.graphqlField({ api: 'partner', operation: 'query', field: 'me', outcome: 'refused' })
    expect(await counts('fairlead_job_duration_seconds_sum')).toEqual([
      '{job="send-payout",outcome="given_up"} 0.25',
    ])
    expect(await counts('fairlead_payout_steps_total')).toEqual(['{outcome="delivered"} 2'])
    expect(await counts('fairlead_graphql_fields_total')).toEqual([
      '{api="partner",operation="query",field="me",outcome="refused"} 1',
    ])
    expect(await counts('fairlead_build_info')).toEqual([
      `{version="test",node="${process.version}"} 1`,
    ])
  })

  it('add up the pools of one name, and sockets until they are closed', async () => {
    const { metrics, counts } = watched()
    const pool = { totalCount: 5, idleCount: 2, waitingCount: 1 }
    metrics.watchPool('records')(pool)
    metrics.watchPool('records')(pool)
    metrics.watchPool('jobs')({ totalCount: 1, idleCount: 1, waitingCount: 0 })
    for (const scrape of ['first', 'second']) {
      expect([scrape, ...(await counts('fairlead_database_connections'))]).toEqual([
        scrape,
        '{pool="records",state="busy"} 6',
        '{pool="records",state="idle"} 4',
        '{pool="jobs",state="busy"} 0',
        '{pool="jobs",state="idle"} 1',
      ])
    }
    expect(await counts('fairlead_database_waiting')).toEqual([
      '{pool="records"} 2',
      '{pool="jobs"} 0',
    ])
    const stop = metrics.watchSockets('partner', () => ({ sockets: 3, subscriptions: 7 }))
    const stopOther = metrics.watchSockets('partner', () => ({ sockets: 1, subscriptions: 2 }))
    metrics.watchSockets('backoffice', () => ({ sockets: 5, subscriptions: 6 }))
    const open = async () => [
      await counts('fairlead_graphql_sockets_open'),
      await counts('fairlead_graphql_subscriptions_open'),
    ]
    const ofOther = (count: number) => `{api="backoffice"} ${count}`
    for (const _ of ['first', 'second']) {
      expect(await open()).toEqual([
        ['{api="partner"} 4', ofOther(5)],
        ['{api="partner"} 9', ofOther(6)],
      ])
    }
    stop()
    expect(await open()).toEqual([
      ['{api="partner"} 1', ofOther(5)],
      ['{api="partner"} 2', ofOther(6)],
    ])
    stopOther()
    expect(await open()).toEqual([[ofOther(5)], [ofOther(6)]])
  })
})
