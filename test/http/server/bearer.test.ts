import { expect, it } from 'vitest'
import { accepted, refused } from '../../../src/domain/outcome.ts'
import { authenticateByToken, readBearer } from '../../../src/http/server/bearer.ts'
import type { AuthoriseRefusal } from '../../../src/usecases/clients/authorise.ts'

const principal = { account: 'GA', subject: 'GA:7', memo: '7', homeDomain: 'localhost' }

it.each([
  ['Bearer abc', 'abc'],
  ['bEARER   aZ09._~+/-==', 'aZ09._~+/-=='],
  ['Bearer', undefined],
  ['Bearer ', undefined],
  ['Bearerabc', undefined],
  ['Bearer a b', undefined],
  ['Bearer a=b', undefined],
  ['Bearer abc ', undefined],
  [' Bearer abc', undefined],
  ['Bearer a,b', undefined],
  ['Token abc', undefined],
])('reads %j as the token %j (SEP10-125)', (authorization, token) => {
  expect(readBearer(authorization)).toBe(token)
})

it('lets in whom the token names, and asks for no more than the token', async () => {
  const asked: string[] = []
  const authenticate = authenticateByToken(async (token) => {
    asked.push(token)
    return accepted({ principal, lapsesAt: new Date(0) })
  })
  expect(await authenticate('Bearer abc')).toEqual({ principal })
  expect(asked).toEqual(['abc'])
})

it.each<readonly [string | undefined, string]>([
  [undefined, 'Log in first: send Authorization: Bearer with a token from WEB_AUTH_ENDPOINT'],
  ['', 'The Authorization header must be: Bearer <token>'],
  ...[
    'Basic abc',
    'Bearer',
    'Bearer ',
    'Bearerabc',
    'Bearer\tabc',
    'Bearer \tabc',
    'Bearer abc,',
    'Bearer a b',
  ].map((odd) => [odd, 'The Authorization header must be: Bearer <token>'] as const),
])('says to %j what to send (SEP10-125)', async (authorization, error) => {
  const never = () => Promise.reject(new Error('there is no token to judge'))
  expect(await authenticateByToken(never)(authorization)).toEqual({ error })
})

it.each([
  ['token_invalid', 'The login token is not valid here; log in again'],
  ['token_lapsed', 'The login token has lapsed; log in again'],
  ['not_agreed', 'There is no agreement with this account'],
] as const satisfies readonly (readonly [AuthoriseRefusal['code'], string])[])(
  'says what is wrong with a token that is refused: %s',
  async (code, error) => {
    const authenticate = authenticateByToken(async () => refused({ code }))
    expect(await authenticate('Bearer abc')).toEqual({ error })
  },
)
