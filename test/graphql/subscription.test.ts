import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TransactionEventsDocument } from '../../schema/generated/partner/graphql.ts'
import { onServer } from '../database.ts'
import { until } from '../until.ts'
import { codesOf } from './ask.ts'
import {
  addEvent,
  gatewayWorld,
  keepTransaction,
  otherAnchor,
  sendingAnchor,
  startWorldGateway,
  tokenFor,
} from './gateway-world.ts'
import type { World, WorldGateway } from './gateway-world.ts'
import { openSocket } from './socket.ts'
import type { Socket } from './socket.ts'

/** Two gateways on one database, each with a relay, a tail and sockets of its own. */
let world: World
let second: WorldGateway
let token: string

beforeAll(async () => {
  world = await gatewayWorld()
  second = await startWorldGateway(world.databaseUrl)
  token = await tokenFor(sendingAnchor)
})
afterAll(async () => {
  await second.stop()
  await world.stop()
})

interface Heard {
  readonly cursor: string
  readonly transactionId: string
  readonly type: string
  readonly note: string | null
}

const query = TransactionEventsDocument.toString()

/** A subscription on a raw socket, and what it has heard. */
async function follow(gateway: WorldGateway, variables: object, as = token) {
  const socket = await openSocket(gateway.partner, as)
  const id = socket.subscribe(query, variables)
  return { socket, id, ...hearing(socket, id) }
}

function hearing(socket: Socket, id: string) {
  const events = () =>
    socket.of(id, 'next').map(({ payload }) => {
      const { data } = payload as { data: { transactionEvents: Heard } }
      return data.transactionEvents
    })
  return {
    events,
    notes: () => events().map(({ note }) => note),
    until: (count: number) => until(() => events().length >= count, `${count} events`),
  }
}

/** Writes notes into one transaction, one after the other. */
async function write(rooms: WorldGateway['rooms'], id: string, notes: readonly string[]) {
  for (const note of notes) await addEvent(rooms, id, note)
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n}`)

describe('replay and live', () => {
  it('gives each event once and in order, while two processes write and subscribers come and go', async () => {
    const ids = await Promise.all(
      [0, 1, 2, 3].map(async () => (await keepTransaction(world.rooms)).id),
    )
    const writing = Promise.all(
      ids.map((id, n) => write(n % 2 === 0 ? world.rooms : second.rooms, id, numbers(40))),
    )
    const heard: Heard[] = []
    let after = 'start'
    // reconnects again and again with the last cursor it has, on the one gateway and on the other
    for (let turn = 0; heard.length < 4 * 41; turn += 1) {
      const following = await follow(turn % 2 === 0 ? world : second, { after })
      await following.until(Math.min(23, 4 * 41 - heard.length))
      await following.socket.close()
      heard.push(...following.events())
      after = heard.at(-1)?.cursor ?? after
    }
    await writing
    expect(heard).toHaveLength(4 * 41)
    for (const id of ids) {
      const notes = heard
        .filter(({ transactionId }) => transactionId === id)
        .map(({ note }) => note)
      expect(notes).toEqual([null, ...numbers(40)])
    }
    // a gateway that was not there reads all of it from the table
    const third = await startWorldGateway(world.databaseUrl)
    const again = await follow(third, { after: 'start' })
    await again.until(4 * 41)
    await third.stop()
    expect(again.events().map(({ cursor }) => cursor)).toEqual(heard.map(({ cursor }) => cursor))
  })

  it('begins with what happens from now on when no cursor is given', async () => {
    const { id } = await keepTransaction(world.rooms)
    await addEvent(world.rooms, id, 'before')
    // an event has its place in the stream a moment after its commit; until then it is still to come
    await until(async () => {
      const numbered = await world.rooms.read(({ events }) => events.ofTransaction(id))
      return numbered.some(({ note }) => note === 'before')
    }, 'the event to have its place')
    const following = await follow(second, {})
    await until(async () => {
      await addEvent(world.rooms, id, 'after')
      return following.events().length > 0
    }, 'an event')
    expect(new Set(following.notes())).toEqual(new Set(['after']))
    await following.socket.close()
  })

  it('goes on behind a cursor although the gateway that gave it is gone', async () => {
    const third = await startWorldGateway(world.databaseUrl)
    const { id } = await keepTransaction(world.rooms)
    await write(world.rooms, id, ['0', '1', '2'])
    const filter = { transactionId: id.toUpperCase() }
    const first = await follow(third, { after: 'start', filter })
    await first.until(3)
    const after = first.events()[2]?.cursor
    await third.stop()
    expect((await first.socket.ended())?.code).toBe(1001)
    await write(world.rooms, id, ['3', '4', '5'])
    const next = await follow(second, { after, filter })
    await next.until(4)
    expect(next.notes()).toEqual(['2', '3', '4', '5'])
    await next.socket.close()
  })

  it('gives a consumer that reads slowly everything, in order, at its own pace', async () => {
    const { id } = await keepTransaction(world.rooms)
    const slow = await openSocket(world.partner, token)
    const sub = slow.subscribe(query, { after: 'start', filter: { transactionId: id } })
    const { until: untilHeard, notes } = hearing(slow, sub)
    await untilHeard(1)
    slow.socket.pause()
    await write(second.rooms, id, numbers(150))
    const quick = await follow(world, { after: 'start', filter: { transactionId: id } })
    await quick.until(151)
    await quick.socket.close()
    expect(notes()).toEqual([null])
    slow.socket.resume()
    await untilHeard(151)
    expect(notes()).toEqual([null, ...numbers(150)])
    await slow.close()
  })
})

describe('whose events', () => {
  it('are heard: those of the account with its memo, and nobody else’s (AP-2.16)', async () => {
    const owners = [
      { account: sendingAnchor, memo: '7' },
      { account: sendingAnchor },
      { account: otherAnchor, memo: '7' },
    ]
    const kept = []
    for (const owner of owners) kept.push(await keepTransaction(world.rooms, { owner }))
    const waiting = `select count(*)::int as waiting from transaction_event where sequence is null`
    await until(
      async () => (await onServer(world.databaseUrl, waiting))[0]?.['waiting'] === 0,
      'all events to be numbered',
    )
    const third = await startWorldGateway(world.databaseUrl) // has the past from the table alone
    const as = await tokenFor(`${sendingAnchor}:7`)
    const followings = [world, third].map((gateway) => follow(gateway, { after: 'start' }, as))
    for (const following of await Promise.all(followings)) await following.until(1)
    for (const { id } of kept) await addEvent(second.rooms, id, 'later')
    for (const following of await Promise.all(followings)) {
      await following.until(2)
      const ids = following.events().map(({ transactionId }) => transactionId)
      expect(ids).toEqual([kept[0]?.id, kept[0]?.id])
      await following.socket.close()
    }
    await third.stop()
  })

  it('another client’s transaction by its id tells nothing, not even that it is there', async () => {
    const { id } = await keepTransaction(world.rooms, { owner: { account: otherAnchor } })
    const mine = await keepTransaction(world.rooms)
    const theirs = await follow(world, { after: 'start', filter: { transactionId: id } })
    const own = await follow(world, { after: 'start', filter: { transactionId: mine.id } })
    await addEvent(world.rooms, id, 'theirs')
    await addEvent(world.rooms, mine.id, 'mine')
    await own.until(2)
    expect(theirs.events()).toEqual([])
    await theirs.socket.close()
    await own.socket.close()
  })
})

describe('cursors', () => {
  const refused = async (variables: object) => {
    const socket = await openSocket(world.partner, token)
    const { errors } = await socket.ask(query, variables)
    await socket.close()
    return { codes: codesOf({ errors }), message: errors[0]?.message }
  }
  const cursor = (text: string) => Buffer.from(text).toString('base64url')

  it.each([
    ['ahead of the log', { after: cursor('event|9000000000000000000') }, /ahead of the log/],
    ['of another list', { after: cursor('unmatched|1') }, /not given by this list/],
    ['larger than any', { after: cursor('event|9999999999999999999') }, /not given by this list/],
    ['negative', { after: cursor('event|-1') }, /not given by this list/],
    ['of no form', { after: 'x' }, /not given by this list/],
    ['empty', { after: '' }, /not given by this list/],
    ['fine, but the id is none', { filter: { transactionId: 'x' } }, /no id of ours/],
    ['holding NUL', { after: '\0' }, /NUL/],
  ])('that are %s are refused', async (_, variables, message) => {
    const answer = await refused(variables)
    expect(answer.codes).toEqual(['BAD_USER_INPUT'])
    expect(answer.message).toMatch(message)
  })
})

describe('the end', () => {
  it('of one subscription comes at once, although no event comes, and leaves the socket open', async () => {
    const { socket, id } = await follow(world, {})
    const before = performance.now()
    socket.complete(id)
    const answer = await socket.ask('{ me { account } }')
    expect(answer.data).toEqual({ me: { account: sendingAnchor } })
    expect(performance.now() - before).toBeLessThan(2_000)
    await socket.close()
  })

  it('of the token closes the socket with 4403', async () => {
    const short = await tokenFor(sendingAnchor, 2_000)
    const { socket } = await follow(world, {}, short)
    expect(await socket.ended()).toEqual({
      code: 4403,
      reason: 'The token has ended: log in again',
    })
  })

  it('of the process closes all sockets within five seconds, also those that do not answer', async () => {
    const third = await startWorldGateway(world.databaseUrl)
    const deaf = await openSocket(third.partner, token)
    deaf.socket.pause()
    const { socket } = await follow(third, {})
    const before = performance.now()
    await third.stop()
    expect(performance.now() - before).toBeLessThan(5_000)
    expect((await socket.ended())?.code).toBe(1001)
    deaf.socket.terminate()
  })
})
