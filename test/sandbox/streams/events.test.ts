import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type {
  Collection,
  PageRequest,
  StreamDrill,
} from '../../../src/sandbox/network/http/exchange.ts'
import { createEventWriter } from '../../../src/sandbox/network/streams/events.ts'
import { streamCollection, streamSingle } from '../../../src/sandbox/network/streams/stream.ts'
import type { Stream } from '../../../src/sandbox/network/streams/stream.ts'

/** What a stream writes and when it ends, on a connection that only notes it down. */

afterEach(() => {
  vi.useRealTimers()
})

function connection() {
  const told: string[] = []
  const events = new EventEmitter()
  const response = {
    destroyed: false,
    on: (name: string, listener: () => void) => events.on(name, listener),
    writeHead: () => response,
    write(piece: string | Buffer, written?: () => void) {
      told.push(piece.toString())
      written?.()
    },
    end: () => told.push('<end>'),
    destroy: () => told.push('<cut>'),
  }
  return {
    told,
    response: response as unknown as ServerResponse,
    leave: () => events.emit('close'),
  }
}

const hello = 'retry: 1000\nevent: open\ndata: "hello"\n\n'
const bye = 'retry: 10\nevent: close\ndata: "byebye"\n\n'
const event = (id: string) => `id: ${id}\ndata: {"id":"${id}"}\n\n`

describe('the writer of events (SBX-81)', () => {
  const writing = (drill: StreamDrill = {}) => {
    const { told, response, leave } = connection()
    return { told, leave, writer: createEventWriter(response, drill) }
  }
  type Writer = ReturnType<typeof writing>['writer']

  it.each<[string, (writer: Writer) => void, readonly string[]]>([
    ['a goodbye', (writer) => writer.bye(), [bye, '<end>']],
    ['a cut', (writer) => writer.cut(), ['<cut>']],
    [
      'a problem',
      (writer) => writer.problem({ title: 'not_found', detail: 'not\n  here' }),
      ['event: error\ndata: problem: not_found. full details: not here\n\n', '<end>'],
    ],
    [
      'a problem without words',
      (writer) => writer.problem({}),
      ['event: error\ndata: problem: server_error. full details: \n\n', '<end>'],
    ],
  ])('writes nothing after %s', (_, last, words) => {
    const { told, writer } = writing()
    writer.record('1', { id: '1' })
    expect(writer.closed).toBe(false)
    last(writer)
    expect(writer.closed).toBe(true)
    writer.record('2', { id: '2' })
    expect(told).toEqual([event('1'), ...words])
  })

  it('writes nothing once the reader has left', () => {
    const { told, writer, leave } = writing()
    leave()
    expect(writer.closed).toBe(true)
    writer.record('1', { id: '1' })
    expect(told).toEqual([])
  })

  it('cuts after so many bytes, also where an event ends with them (SBX-101)', () => {
    const exact = writing({ cutAfterBytes: hello.length })
    exact.writer.hello()
    expect(exact.writer.closed).toBe(true)
    exact.writer.record('1', { id: '1' })
    expect(exact.told).toEqual([hello, '<cut>'])
    const later = writing({ cutAfterBytes: hello.length + 3 })
    later.writer.hello()
    expect(later.writer.closed).toBe(false)
    later.writer.record('1', { id: '1' })
    expect(later.writer.closed).toBe(true)
    later.writer.record('2', { id: '2' })
    expect(later.told).toEqual([hello, 'id:', '<cut>'])
  })

  it('counts bytes, not signs, until it cuts (SBX-101)', () => {
    const words = `id: é\ndata: {"id":"é"}\n\n`
    const whole = writing({ cutAfterBytes: words.length })
    whole.writer.record('é', { id: 'é' })
    expect(whole.told).toEqual([words.slice(0, -2), '<cut>']) // each é is of two bytes
    const later = writing({ cutAfterBytes: words.length + 3 })
    later.writer.record('é', { id: 'é' })
    expect(later.writer.closed).toBe(false)
    later.writer.record('2', { id: '2' })
    expect(later.told).toEqual([words, 'i', '<cut>'])
  })

  it.each(['not\n  here', 'not here', 'not\there', 'not \r\n\r\n here', 'not   here'])(
    'says what is wrong in one line of single spaces: %j',
    (detail) => {
      const { told, writer } = writing()
      writer.problem({ title: 'not_found', detail })
      expect(told[0]).toBe('event: error\ndata: problem: not_found. full details: not here\n\n')
    },
  )

  it('cuts after so many records, once (SBX-101)', () => {
    const { told, writer } = writing({ cutAfterRecords: 2 })
    writer.record('1', { id: '1' })
    expect(writer.closed).toBe(false)
    writer.record('2', { id: '2' })
    expect(writer.closed).toBe(true)
    writer.record('3', { id: '3' })
    expect(told).toEqual([event('1'), event('2'), '', '<cut>'])
    const both = writing({ cutAfterRecords: 1, cutAfterBytes: 1 })
    both.writer.record('1', { id: '1' })
    expect(both.told).toEqual(['i', '<cut>'])
  })
})

describe('a stream', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  interface Setting {
    readonly drill?: StreamDrill
    readonly query?: string
    readonly latest?: number
    readonly updates?: boolean
    readonly left?: boolean
  }

  /** A network of numbered records, of which a ledger brings some more. */
  const opened = ({ drill = {}, query = '', latest = 1, updates = false, left }: Setting) => {
    const { told, response, leave } = connection()
    Object.assign(response, { destroyed: left ?? false })
    const listeners = new Set<() => void>()
    const subscribe = (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
    const network = {
      onIngested: subscribe,
      onRewound: () => () => undefined,
      history: { latest },
    }
    const options = { streamTimeoutMs: 60_000, accountStreamUpdates: updates }
    const asked = {
      params: {},
      query: new URLSearchParams(query),
      headers: {},
      view: { latest: 1 },
    }
    const stream = { horizon: { network, options }, exchange: asked, response, drill }
    const ledger = () => {
      for (const listener of listeners) listener()
    }
    const whole = { ...stream, view: () => ({ latest }) } as unknown as Stream // all it asks for
    return { told, leave, listeners, ledger, stream: whole }
  }
  const following = (setting: Setting, records: string[]) => {
    const reads: PageRequest[] = []
    const views: number[] = []
    const rendered: string[] = []
    const collection: Collection = {
      cursors: 'id',
      streamed: true,
      read({ cursor, order, limit }, { latest: seen }) {
        views.push(seen)
        reads.push({ cursor, order, limit })
        const inOrder = order === 'asc' ? records : records.toReversed()
        const start = cursor === undefined ? 0 : inOrder.indexOf(cursor) + 1
        return inOrder.slice(start, start + limit).map((token) => ({
          token,
          render() {
            rendered.push(token)
            return { id: token }
          },
        }))
      },
    }
    const one = opened(setting)
    streamCollection(one.stream, collection)
    return { ...one, reads, views, rendered, records }
  }

  it('makes no words for records that nobody will read (SBX-101)', () => {
    const cut = { drill: { cutAfterRecords: 1 }, query: 'limit=5' }
    const { told, rendered, listeners } = following(cut, ['1', '2', '3'])
    expect(told).toEqual([hello, event('1'), '', '<cut>'])
    expect(rendered).toEqual(['1'])
    expect(listeners.size).toBe(0)
  })

  it('follows nobody who has left (SBX-88)', () => {
    const gone = following({ left: true }, ['1'])
    expect(gone.listeners.size).toBe(0)
    const cut = following({ drill: { cutAfterBytes: 1 } }, ['1'])
    expect(cut.listeners.size).toBe(0)
    expect(following({}, ['1']).listeners.size).toBe(1)
  })

  it('reads on for each ledger, and no more once it is closed (SBX-82)', () => {
    const records = ['1']
    const { told, reads, ledger, leave } = following({ query: 'limit=9' }, records)
    records.push('2')
    ledger()
    expect(reads).toEqual([
      { cursor: undefined, order: 'asc', limit: 9 },
      { cursor: '1', order: 'asc', limit: 8 },
    ])
    leave()
    ledger()
    expect(reads).toHaveLength(2)
    const full = following({ query: 'limit=2' }, records.slice(0, 1))
    full.records.push('2', '3')
    full.ledger()
    full.ledger()
    expect(full.reads).toHaveLength(2)
    expect(full.told).toEqual([hello, event('1'), event('2'), bye, '<end>'])
    expect(told).toEqual([hello, event('1'), event('2')])
  })

  it('reads once more where a ledger came while it was opened, and only there (SBX-82)', () => {
    expect(following({ latest: 1 }, ['1']).reads).toHaveLength(1)
    expect(following({ latest: 2 }, ['1']).reads).toHaveLength(2)
  })

  it('brings records again only where it goes on from one, and forwards (SBX-102)', () => {
    const firsts = (query: string) =>
      following({ drill: { repeat: 2 }, query: `limit=9&${query}` }, ['1', '2', '3', '4']).told[1]
    expect(firsts('cursor=4')).toBe(event('3'))
    expect(firsts('cursor=3')).toBe(event('2'))
    expect(firsts('')).toBe(event('1'))
    expect(firsts('cursor=3&order=desc')).toBe(event('2'))
    expect(firsts('order=desc')).toBe(event('4'))
  })

  it('brings none again where none is to be brought (SBX-102)', () => {
    const { told, reads } = following({ drill: { repeat: 0 }, query: 'cursor=2' }, ['1', '2', '3'])
    expect(told).toEqual([hello, event('3')])
    expect(reads).toHaveLength(1)
  })

  it('looks at what can be seen by now, whatever it was when it was asked (SBX-82)', () => {
    const late = { drill: { repeat: 1 }, query: 'cursor=2', latest: 7 }
    expect(following(late, ['1', '2', '3']).views).toEqual([7, 7, 7])
  })

  it('ends with a fault after what was there, where that is the drill (SBX-105)', () => {
    const drill = { error: { title: 'rate_limit_exceeded', detail: 'too fast' } }
    const { told, ledger } = following({ drill }, ['1'])
    const fault = 'event: error\ndata: problem: rate_limit_exceeded. full details: too fast\n\n'
    expect(told).toEqual([hello, event('1'), fault, '<end>'])
    ledger()
    expect(told).toHaveLength(4)
  })

  it('leaves no timer behind (SBX-88)', () => {
    const { leave } = following({}, [])
    expect(vi.getTimerCount()).toBe(1)
    leave()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('of one thing tells each change once (SBX-87)', () => {
    const { told, ledger, stream } = opened({ updates: true })
    let state = 'a'
    streamSingle(stream, () => ({ state }))
    ledger()
    state = 'b'
    ledger()
    ledger()
    state = 'a'
    ledger()
    const words = (one: string) => `id: \ndata: {"state":"${one}"}\n\n`
    expect(told).toEqual([hello, words('a'), words('b'), words('a')])
  })

  it.each([{}, { account_id: 'G' }])(
    'of one thing is silent unless told: %j (SBX-87)',
    (params) => {
      const { told, ledger, stream } = opened({ updates: false })
      let state = 'a'
      streamSingle({ ...stream, exchange: { ...stream.exchange, params } }, () => ({ state }))
      state = 'b'
      ledger()
      expect(told).toEqual([hello, expect.stringContaining('data: {"state":"a"}')])
    },
  )

  it('that cannot go on leaves the others alone (SBX-86)', () => {
    const { told, ledger, stream } = opened({ updates: true })
    const other = connection()
    let state = 'a'
    streamSingle(stream, () => {
      if (state === 'b') throw new Error('broken')
      return { state }
    })
    streamSingle({ ...stream, response: other.response }, () => ({ state }))
    state = 'b'
    ledger()
    const words = (one: string) => `id: \ndata: {"state":"${one}"}\n\n`
    const fault = 'event: error\ndata: problem: server_error. full details: broken\n\n'
    expect(told).toEqual([hello, words('a'), fault, '<end>'])
    expect(other.told).toEqual([hello, words('a'), words('b')])
  })

  it('that cannot go on says why, or that it is its own fault (SBX-86)', () => {
    const failing = (error: unknown) => {
      const { told, ledger, stream } = opened({ updates: true })
      let fails = false
      streamSingle(stream, () => {
        if (fails) throw error
        return {}
      })
      fails = true
      ledger()
      return told.slice(2)
    }
    const problem = (words: string) => [`event: error\ndata: problem: ${words}\n\n`, '<end>']
    expect(failing(Object.assign(new Error('gone'), { kind: 'not_found' }))).toEqual(
      problem('not_found. full details: gone'),
    )
    expect(failing(new Error('broken'))).toEqual(problem('server_error. full details: broken'))
    expect(failing({})).toEqual(problem('server_error. full details: '))
  })
})
