import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { postgresAnnouncements } from '../../../src/adapters/postgres/announcements.ts'
import { sessionOf } from '../../../src/adapters/postgres/database.ts'
import { channels, openListener } from '../../../src/adapters/postgres/listener.ts'
import { createNotifier } from '../../../src/adapters/postgres/notifier.ts'
import { onServer } from '../../database.ts'

afterEach(() => void vi.useRealTimers())

/** Lets what is under way come in, while the timers stand still. */
async function untilTrue(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5_000 && !condition(); turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('a listener', () => {
  it('tries again, two seconds apart at most and one at a time, until it is closed', async () => {
    let connections = 0
    const server = createServer((socket) => {
      connections += 1
      socket.on('error', () => undefined).destroy()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo // it listens on a port
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const url = `postgres://a:b@127.0.0.1:${port}/none`
    const errors: Error[] = []
    const listener = openListener({ url, onError: (error) => errors.push(error) })
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      const known = errors.length
      await vi.advanceTimersByTimeAsync(attempt === 1 ? 0 : 2_000)
      await untilTrue(() => errors.length > known && vi.getTimerCount() === 1)
      // the next attempt waits, and nothing else
      expect([connections, vi.getTimerCount()]).toEqual([attempt, 1])
    }
    await listener.close()
    expect([connections, vi.getTimerCount()]).toEqual([10, 0])
  })

  it('tells everybody to look for themselves after a gap, and is gone once it is closed', async () => {
    const url = new URL(inject('postgres').url)
    const name = `listener-${randomUUID()}`
    url.searchParams.set('application_name', name)
    const listener = openListener({ url: url.href, onError: () => undefined })
    await listener.ready
    const told = Object.values(channels).map(
      (channel) => new Promise((resolve) => listener.on(channel, resolve)),
    )
    const cut = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1'
    expect(await onServer(inject('postgres').url, cut, [name])).toHaveLength(1)
    expect(await Promise.all(told)).toEqual([undefined, undefined])
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await listener.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a notifier', () => {
  /** Notes what is sent; each statement ends when it is told to. */
  function sending() {
    const sent: (readonly unknown[])[] = []
    const errors: unknown[] = []
    const ends: ((error?: Error) => void)[] = []
    const run = (_: string, values: readonly unknown[]) => {
      sent.push(values)
      return new Promise<readonly object[]>((resolve, reject) =>
        ends.push((error) => (error === undefined ? resolve([]) : reject(error))),
      )
    }
    const session = sessionOf(run)
    const notifier = createNotifier({
      database: {
        pooled: session,
        commit: (work) => work(session),
        close: async () => undefined,
      },
      onError: (error) => errors.push(error),
    })
    return { notifier, sent, errors, ends }
  }

  it('sends what comes meanwhile together afterwards, the newest of each channel, and then is settled', async () => {
    const { notifier, sent, ends } = sending()
    notifier.notify(channels.events, '1')
    notifier.notify(channels.events, '2')
    notifier.notify(channels.outbox, '')
    notifier.notify(channels.events, '3')
    let isSettled = false
    const settled = notifier.settled().then(() => (isSettled = true))
    expect(sent).toEqual([[[channels.events], ['1']]])
    ends[0]?.()
    await vi.waitUntil(() => sent.length === 2)
    expect(sent[1]).toEqual([
      [channels.events, channels.outbox],
      ['3', ''],
    ])
    expect(isSettled).toBe(false)
    ends[1]?.()
    await settled
    expect(sent).toHaveLength(2)
  })

  it('tells of a failure, and sends the next all the same', async () => {
    const { notifier, sent, errors, ends } = sending()
    notifier.notify(channels.events, '1')
    const away = new Error('away')
    ends[0]?.(away)
    await notifier.settled()
    expect(errors).toEqual([away])
    notifier.notify(channels.events, '2')
    expect(sent).toHaveLength(2)
    ends[1]?.()
    await notifier.settled()
  })
})

describe('announcements', () => {
  function overFakes() {
    const callbacks = new Set<(payload: string | undefined) => void>()
    let settle: () => void = () => undefined
    const settled = new Promise<void>((resolve) => (settle = resolve))
    const announcements = postgresAnnouncements(
      {
        ready: Promise.resolve(),
        on: (_, callback) => {
          callbacks.add(callback)
          return () => callbacks.delete(callback)
        },
        close: async () => undefined,
      },
      { notify: () => undefined, settled: () => settled },
    )
    return { announcements, callbacks, settle }
  }

  it('are sequences, whatever others send on the channel', () => {
    const { announcements, callbacks } = overFakes()
    const heard: bigint[] = []
    announcements.onEvents((upTo) => heard.push(upTo))
    for (const payload of [undefined, '', 'abc', '-1', '1.5', ' 2', '9'.repeat(20), '7']) {
      for (const callback of callbacks) callback(payload)
    }
    expect(heard).toEqual([7n])
  })

  it('end for everybody with the close, which waits for what is being sent', async () => {
    const { announcements, callbacks, settle } = overFakes()
    announcements.onEvents(() => undefined)
    announcements.onEvents(() => undefined)
    let isClosed = false
    const closed = announcements.close().then(() => (isClosed = true))
    expect(callbacks.size).toBe(0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(isClosed).toBe(false)
    settle()
    await closed
    expect(isClosed).toBe(true)
  })
})
