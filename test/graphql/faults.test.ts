import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DatabaseUnavailable } from '../../src/usecases/ports/commit.ts'
import { ask } from './ask.ts'
import { backofficeToken, gatewayWorld, keepTransaction } from './gateway-world.ts'
import type { World } from './gateway-world.ts'

let world: World

beforeAll(async () => {
  world = await gatewayWorld()
  for (let n = 0; n < 5; n += 1) await keepTransaction(world.rooms)
})
afterAll(() => world.stop())

/** Asks for five transactions while what hangs on them cannot be loaded. */
async function askWhile(failure: Error) {
  const rooms = world.rooms.backoffice as {
    -readonly [Room in keyof World['rooms']['backoffice']]: World['rooms']['backoffice'][Room]
  }
  const { payoutsOf } = rooms
  rooms.payoutsOf = () => Promise.reject(failure)
  const linesBefore = world.lines.length
  const answer = await ask(world.backoffice, '{ transactions { nodes { id payout { state } } } }', {
    token: backofficeToken,
  })
  rooms.payoutsOf = payoutsOf
  return { answer, lines: world.lines.slice(linesBefore) }
}

describe('a fault of ours', () => {
  it('is masked in each field that it spoils, and is one line in the log', async () => {
    const { answer, lines } = await askWhile(new Error('column "iban" of postgres://secret'))
    expect(answer.errors).toHaveLength(5)
    expect(answer.errors[0]).toEqual({
      message: 'Something broke on our side',
      path: ['transactions', 'nodes', 0, 'payout'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    })
    expect(JSON.stringify(answer)).not.toMatch(/iban|secret|node_modules/)
    expect(answer.data).toMatchObject({
      transactions: { nodes: [{ payout: null }, {}, {}, {}, {}] },
    })
    expect(lines).toHaveLength(1)
    expect(lines[0]?.['error']).toMatchObject({ message: 'column "…" of postgres://secret' })
  })

  it('that will pass says so', async () => {
    const { answer } = await askWhile(new DatabaseUnavailable('away'))
    expect(answer.errors[0]).toMatchObject({
      message: 'The service is away for a moment; try again',
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    })
  })
})

describe('a fault of the caller', () => {
  it.each([
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ transactions(first: 0) { nodes { id } } }', 'BAD_USER_INPUT'],
  ])('is told by its code alone, without a line of our code: %s', async (query, code) => {
    const { errors } = await ask(world.backoffice, query, { token: backofficeToken })
    expect(errors[0]?.extensions).toEqual({ code })
  })
})
