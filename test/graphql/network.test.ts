import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  AcceptNetworkResetDocument,
  NetworkDocument,
  ResumeNetworkDocument,
} from '../../schema/generated/backoffice/graphql.ts'
import { ask, dataOf } from './ask.ts'
import { backofficeToken as token, gatewayWorld } from './gateway-world.ts'
import type { World } from './gateway-world.ts'

let world: World
beforeAll(async () => {
  world = await gatewayWorld()
})
afterAll(() => world.stop())

/** As a collector stops when it notices something; any stop before is decided. */
beforeEach(async () => {
  await world.rooms.commit(async ({ network }) => {
    const { number: epoch } = await network.epoch()
    const seen = { epoch, detail: 'Ledger 7 was another one', elder: 1n, stoppedAt: new Date() }
    await network.stop({ ...seen, reason: 'reset' })
  })
})

const network = async () =>
  dataOf(await ask(world.backoffice, NetworkDocument, { token, variables: {} })).network
const accept = async (stopId: string) =>
  dataOf(await ask(world.backoffice, AcceptNetworkResetDocument, { token, variables: { stopId } }))
    .acceptNetworkReset
const resume = async (stopId: string) =>
  dataOf(await ask(world.backoffice, ResumeNetworkDocument, { token, variables: { stopId } }))
    .resumeNetwork

describe('the network in the back office', () => {
  it('tells why nothing is collected', async () => {
    expect((await network()).openStop).toMatchObject({
      reason: 'reset',
      detail: 'Ledger 7 was another one',
    })
  })

  it('begins anew at the word of an operator, once for however many words', async () => {
    const { epoch, openStop } = await network()
    const id = openStop?.id ?? ''
    const done = { id, decision: 'new_epoch', decidedBy: 'backoffice' }
    expect(await Promise.all([accept(id), accept(id)])).toMatchObject([done, done])
    expect(await network()).toMatchObject({ epoch: epoch + 1, openStop: null })
    expect(await resume(id)).toMatchObject({ code: 'decided_otherwise' })
  })

  it('goes on as it was when an operator resumes', async () => {
    const { epoch, openStop } = await network()
    const id = openStop?.id ?? ''
    expect(await resume(id)).toMatchObject({ id, decision: 'go_on' })
    expect(await network()).toMatchObject({ epoch, openStop: null })
  })

  it.each(['', '0', 'no number', '9'.repeat(40), '-1'])('knows no stop %j', async (stopId) => {
    expect(await accept(stopId)).toMatchObject({ code: 'unknown_stop' })
  })

  it('says nothing to somebody without a token', async () => {
    const answer = await ask(world.backoffice, NetworkDocument, { variables: {} })
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})
