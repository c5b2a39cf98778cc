import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, Socket } from 'node:net'
import { afterEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import {
  postgresAnnouncements,
  postgresWakeUps,
  wakeRelays,
} from '../../../src/adapters/postgres/announcements.ts'
import { sessionOf } from '../../../src/adapters/postgres/database.ts'
import { channels, openListener } from '../../../src/adapters/postgres/listener.ts'
import type { Listener } from '../../../src/adapters/postgres/listener.ts'
import { createNotifier } from '../../../src/adapters/postgres/notifier.ts'
import { freshDatabase, onServer } from '../../database.ts'
import { until } from '../../until.ts'

afterEach(() => {
  vi.restoreAllMocks() // before the timers, which a spy may lie on
  vi.useRealTimers()
})

/** Lets what is under way come in, while the timers stand still. */
async function untilTrue(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5_000 && !condition(); turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** How long each wait is that was begun since, but for the bound of a connection. */
function waited(): () => readonly unknown[] {
  const begun = vi.spyOn(globalThis, 'setTimeout')
  return () => begun.mock.calls.map(([, ms]) => ms).filter((ms) => ms !== 5_000)
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
    const waits = waited()
    const listener = openListener({ url, onError: (error) => errors.push(error) })
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      const known = errors.length
      await vi.advanceTimersByTimeAsync(attempt === 1 ? 0 : 2_000)
      await untilTrue(() => errors.length > known && vi.getTimerCount() === 1)
      // the next attempt waits, and nothing else
      expect([connections, vi.getTimerCount()]).toEqual([attempt, 1])
      expect(errors.length).toBeGreaterThan(known)
    }
    expect(waits()).toEqual([50, 100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000, 2_000])
    const bounds = vi.mocked(globalThis.setTimeout).mock.calls.filter(([, ms]) => ms === 5_000)
    expect(bounds).toHaveLength(10)
    await listener.close()
    expect([connections, vi.getTimerCount()]).toEqual([10, 0])
  })

  it('begins with the shortest wait again, once it has listened', async () => {
    const target = new URL(inject('postgres').url)
    const sockets: Socket[] = []
    let isOpen = false
    const server = createServer((near) => {
      near.on('error', () => undefined)
      if (!isOpen) return void near.destroy()
      const far = connect(Number(target.port), target.hostname).on('error', () => undefined)
      sockets.push(near, far)
      near.pipe(far).pipe(near)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const own = new URL(target)
    own.hostname = '127.0.0.1'
    own.port = `${(server.address() as AddressInfo).port}` // it listens on a port
    const waits = waited()
    let failures = 0
    const listener = openListener({ url: own.href, onError: () => (failures += 1) })
    onTestFinished(() => listener.close())
    const retries = () => waits().filter((ms) => ms === 50 || ms === 100 || ms === 200)
    await until(() => retries().length >= 2, 'two failures')
    isOpen = true
    await listener.ready
    expect(failures).toBeGreaterThan(0)
    const before = retries().length
    for (const socket of sockets) socket.destroy()
    await until(() => retries().length > before, 'a try after the cut')
    expect(retries()[before]).toBe(50)
  })

  it('tells everybody to look for themselves after a gap, and is gone once it is closed', async () => {
    const url = new URL(inject('postgres').url)
    const name = `listener-${randomUUID()}`
    url.searchParams.set('application_name', name)
    const kept = vi.spyOn(Socket.prototype, 'setKeepAlive')
    const listener = openListener({ url: url.href, onError: () => undefined })
    await listener.ready
    expect(kept).toHaveBeenCalledWith(true, 10_000)
    const told = Object.values(channels).map(
      (channel) => new Promise((resolve) => listener.on(channel, resolve)),
    )
    const cut = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1'
    expect(await onServer(inject('postgres').url, cut, [name])).toHaveLength(1)
    expect(await Promise.all(told)).toEqual([undefined, undefined])
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await listener.close()
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
    const connected = 'select pid from pg_stat_activity where application_name = $1'
    const isGone = async () =>
      (await onServer(inject('postgres').url, connected, [name])).length === 0
    await until(isGone, 'the connection to end', 3_000)
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

  it('waits a moment after each, so that what comes in it shares the next', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { notifier, sent, ends } = sending()
    notifier.notify(channels.events, '1')
    ends[0]?.()
    await vi.advanceTimersByTimeAsync(0)
    notifier.notify(channels.events, '2')
    await vi.advanceTimersByTimeAsync(4)
    notifier.notify(channels.events, '3')
    expect(sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sent.slice(1)).toEqual([[[channels.events], ['3']]])
    ends[1]?.()
    await vi.advanceTimersByTimeAsync(5)
    await notifier.settled()
    expect(vi.getTimerCount()).toBe(0)
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
    for (const payload of [
      undefined,
      '',
      'abc',
      '-1',
      '1.5',
      ' 2',
      '3 ',
      '9'.repeat(20),
      '7',
      '1'.repeat(19),
    ]) {
      for (const callback of callbacks) callback(payload)
    }
    expect(heard).toEqual([7n, 1_111_111_111_111_111_111n])
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

it('hears and tells on the channels that every version knows', async () => {
  const { url, drop } = await freshDatabase()
  onTestFinished(drop)
  const listener = openListener({ url, onError: () => undefined })
  onTestFinished(() => listener.close())
  await listener.ready
  const heard: unknown[] = []
  listener.on(channels.events, (payload) => heard.push(['events', payload]))
  listener.on(channels.outbox, (payload) => heard.push(['outbox', payload]))
  await onServer(url, `select pg_notify('fairlead_events', '7')`)
  await onServer(url, `select pg_notify('fairlead_outbox', '')`)
  await until(() => heard.length === 2, 'both notices')
  expect(heard).toEqual([
    ['events', '7'],
    ['outbox', ''],
  ])
  const names = `select application_name as name from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`
  expect(await onServer(url, names)).toEqual([{ name: 'fairlead-listener' }])
})

describe('who tells and hears what by notices', () => {
  const told: unknown[] = []
  const notifier = {
    notify: (...notice: readonly unknown[]) => void told.push(notice),
    settled: async () => undefined,
  }
  /** Says this on whichever channel it is asked for, and notes which. */
  const saying = (...payloads: readonly (string | undefined)[]) => {
    const heard: string[] = []
    const listener: Listener = {
      ready: Promise.resolve(),
      on(channel, callback) {
        heard.push(channel)
        payloads.forEach(callback)
        return () => heard.push('ended')
      },
      close: async () => undefined,
    }
    return { heard, listener }
  }

  it('is the relay by the notices after commits, and whoever follows events by those of the relay', async () => {
    const { heard, listener } = saying('', undefined)
    const woken: unknown[] = []
    const stop = postgresWakeUps(listener).onWakeUp((...given) => woken.push(given))
    stop()
    expect([heard, woken]).toEqual([
      ['fairlead_outbox', 'ended'],
      [[], []],
    ])
    wakeRelays(notifier)()
    const events = saying('7', undefined, '8')
    const announcements = postgresAnnouncements(events.listener, notifier)
    const seen: bigint[] = []
    announcements.onEvents((upTo) => seen.push(upTo))()
    await announcements.announceEvents(9_007_199_254_740_993n)
    expect([events.heard, seen]).toEqual([
      ['fairlead_events', 'ended'],
      [7n, 8n],
    ])
    expect(told).toEqual([
      ['fairlead_outbox', ''],
      ['fairlead_events', '9007199254740993'],
    ])
  })
})
