import { GraphQLError, Source, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { mask, writeCoded } from '../../src/graphql/server/mask.ts'
import * as commit from '../../src/usecases/ports/commit.ts'
import * as jobQueue from '../../src/usecases/ports/job-queue.ts'
import * as payoutRail from '../../src/usecases/ports/payout-rail.ts'
import * as stellarNetwork from '../../src/usecases/ports/stellar-network.ts'
import * as verificationSender from '../../src/usecases/ports/verification-sender.ts'
import { filesOf, textOf } from '../repository.ts'

const { definitions: nodes } = parse('{ me }')
const path = ['me']
const bug = new Error('a bug')
const word = new GraphQLError('a word of graphql')

describe('the code of an error on a socket', () => {
  it.each([
    ['our code threw it in a field', { originalError: bug, nodes, path }, 'INTERNAL_SERVER_ERROR'],
    ['our code threw it, nobody knows where', { originalError: bug }, 'INTERNAL_SERVER_ERROR'],
    ['it is about a variable', { originalError: bug, nodes }, 'BAD_USER_INPUT'],
    ['it was refused in a field', { originalError: word, nodes, path }, 'BAD_USER_INPUT'],
    ['graphql says it of a field', { nodes, path }, 'BAD_USER_INPUT'],
    ['graphql says it', {}, 'BAD_USER_INPUT'],
  ])('is that of a fault only where our code broke: %s', (_, options, code) => {
    expect(writeCoded(new GraphQLError('no', options)).extensions).toEqual({ code })
  })

  it('is the one it was given, without what is for HTTP', () => {
    const extensions = { code: 'UNAUTHENTICATED', http: { status: 401 } }
    const error = new GraphQLError('no', {
      source: new Source('{ me }'),
      positions: [2],
      extensions,
    })
    expect(writeCoded(error)).toEqual({
      message: 'no',
      locations: [{ line: 1, column: 3 }],
      extensions: { code: 'UNAUTHENTICATED' },
    })
  })
})

describe('a fault', () => {
  it.each([
    ['of what our code threw', new GraphQLError('no', { originalError: bug }), bug],
    ['of graphql itself', word, word],
    ['of no form', 'a bug', 'a bug'],
  ])('is logged as that which broke: %s', (_, error, logged) => {
    const lines: unknown[] = []
    const formatted = { message: 'a bug', extensions: { code: 'INTERNAL_SERVER_ERROR' } }
    const told = mask(formatted, error, { error: (...line) => lines.push(line) })
    expect(told).toStrictEqual({
      message: 'Something broke on our side',
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    })
    expect(lines).toEqual([[{ error: logged }, 'a GraphQL operation failed']])
  })

  it('of any part of the world that is away says that it will pass', () => {
    const ports = [commit, jobQueue, payoutRail, stellarNetwork, verificationSender]
    const failures = ports
      .flatMap((port) => Object.entries<unknown>({ ...port }))
      .filter(([name]) => name.endsWith('Unavailable'))
    const declared = filesOf('src/usecases/ports').flatMap((file) => [
      ...textOf(file).matchAll(/export class (\w+Unavailable)/g),
    ])
    expect(new Set(failures.map(([name]) => name))).toEqual(
      new Set(declared.map(([, name]) => name)),
    )
    for (const [, Failure] of failures) {
      const failure = new (Failure as new (message: string) => Error)('away') // as their names say
      const formatted = { message: 'away', extensions: { code: 'INTERNAL_SERVER_ERROR' } }
      expect(mask(formatted, failure, { error: () => undefined })).toStrictEqual({
        message: 'The service is away for a moment; try again',
        extensions: { code: 'SERVICE_UNAVAILABLE' },
      })
    }
  })

  it('is one of ours where the name only begins as if a part of the world were away', () => {
    const failure = Object.assign(new Error('away'), { name: 'UnavailableFieldRead' })
    const formatted = { message: 'away', extensions: { code: 'INTERNAL_SERVER_ERROR' } }
    expect(mask(formatted, failure, { error: () => undefined })).toStrictEqual({
      message: 'Something broke on our side',
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    })
  })

  it('is told once for each thing that broke, however often it shows', () => {
    const lines: unknown[] = []
    const [one, other] = [new Error('one'), new Error('other')]
    for (const failure of [one, other, one, other]) {
      const formatted = { message: 'no', extensions: { code: 'INTERNAL_SERVER_ERROR' } }
      mask(formatted, failure, { error: (fields) => lines.push(fields) })
    }
    expect(lines).toEqual([{ error: one }, { error: other }])
  })
})
