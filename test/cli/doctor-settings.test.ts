import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keypair } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { visits } from '../../src/cli/doctor/doctor.ts'
import { file, variables } from '../config/configuration.ts'
import { freshDatabase, onServer } from '../database.ts'
import { complaintsOf, listening } from './doctor-examined.ts'

/** What the doctor says of settings, and whom it asks by them. */

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-doctor-'))
  await writeFile(join(folder, 'fairlead.yaml'), stringify(file))
})
afterAll(() => rm(folder, { recursive: true }))

const hex = '0123456789abcdef'
const secret = (place: number) => `${hex.slice(place)}${hex.slice(0, place)}`.repeat(4)
const nowhere = (port: number) => `127.0.0.1:${port}` // where nobody answers

/** Settings in which all is right, of a world that is away. */
const settings = () => ({
  ...variables,
  FAIRLEAD_SANDBOX: 'true',
  FAIRLEAD_CONFIG: join(folder, 'fairlead.yaml'),
  DATABASE_URL: `postgres://${nowhere(1)}/fairlead`,
  REDIS_URL: `redis://${nowhere(2)}`,
  FAIRLEAD_HORIZON_URL: `http://${nowhere(3)}`,
  FAIRLEAD_PUBLIC_URL: `http://${nowhere(4)}`,
  FAIRLEAD_RAIL_URL: `http://${nowhere(5)}`,
  FAIRLEAD_SIGNING_SEED: Keypair.random().secret(),
  FAIRLEAD_TOKEN_SECRET: secret(1),
  FAIRLEAD_RAIL_TOKEN: secret(2),
  FAIRLEAD_RAIL_SECRET: secret(3),
  FAIRLEAD_BACKOFFICE_TOKEN: secret(4),
  FAIRLEAD_DATA_KEYS: `k1:${secret(5)},k2:${secret(6)}`,
})

const examined = async (changes: Readonly<Record<string, string | undefined>> = {}) =>
  Promise.all(await visits({ ...settings(), ...changes }))
const ofSettings = async (changes: Readonly<Record<string, string>> = {}) =>
  (await examined(changes))[0]?.findings ?? []

describe('the settings', () => {
  it('that are as they should be give no reason to complain', async () => {
    expect(await ofSettings()).toEqual(
      [
        'all settings and fairlead.yaml can be read; addresses of others are https',
        'all secrets are there and long enough',
      ].map((says) => ({ verdict: 'good', says })),
    )
  })

  const oneForTwo =
    'fault one secret is used for two purposes → Make each by itself: who learns one must not have the others'
  const secrets = {
    FAIRLEAD_TOKEN_SECRET: secret(0),
    FAIRLEAD_RAIL_TOKEN: secret(0),
    FAIRLEAD_RAIL_SECRET: secret(0),
    FAIRLEAD_BACKOFFICE_TOKEN: secret(0),
    FAIRLEAD_DATA_KEYS: `k1:${secret(7)},k2:${secret(0)}`,
  }
  const names = Object.keys(secrets) as (keyof typeof secrets)[] // those above
  it.each(
    names.flatMap((one, place) => names.slice(place + 1).map((other) => [one, other] as const)),
  )('give %s and %s a secret each', async (one, other) => {
    expect(complaintsOf(await ofSettings({ [one]: secrets[one] }))).toEqual([])
    const both = { [one]: secrets[one], [other]: secrets[other] }
    expect(complaintsOf(await ofSettings(both))).toEqual([oneForTwo])
  })

  it('have a seed that is one', async () => {
    const changes = { FAIRLEAD_SIGNING_SEED: variables.FAIRLEAD_SIGNING_SEED }
    expect(complaintsOf(await ofSettings(changes))).toEqual([
      'fault FAIRLEAD_SIGNING_SEED is no seed → Give the secret key S… of SIGNING_KEY',
    ])
  })

  it('say whom to ask, and all are asked', async () => {
    const [, ...parts] = await examined()
    const away = (port: number) => expect.stringContaining(nowhere(port)) as unknown
    expect(parts.map(({ part, findings }) => [part, complaintsOf(findings)[0]])).toEqual([
      ['Database', away(1)],
      ['Queue', away(2)],
      ['Stellar network', away(3)],
      ['Accounts', away(3)],
      ['Home domain', away(4)],
      ['Bank', away(5)],
    ])
  })

  it(
    'say whom to ask: who takes six seconds is heard, and who says nothing for ten is given up',
    { timeout: 20_000 },
    async () => {
      const open: Socket[] = []
      const silent = createServer((socket) => open.push(socket.on('error', () => undefined)))
      const slow = createHttpServer((_, response) => {
        const headers = { 'content-type': 'application/json', connection: 'close' }
        setTimeout(() => response.writeHead(200, headers).end('{"payouts":[]}'), 6_000)
      })
      const { host } = new URL(await listening(silent))
      const [[, database, queue, ...parts], heard] = await Promise.all([
        examined({
          DATABASE_URL: `postgres://${host}/fairlead`,
          REDIS_URL: `redis://${host}`,
          FAIRLEAD_HORIZON_URL: `http://${host}`,
          FAIRLEAD_RAIL_URL: `http://${host}`,
        }),
        examined({ FAIRLEAD_RAIL_URL: await listening(slow) }),
      ])
      for (const socket of open) socket.destroy()
      const asked = [database, queue, parts[0], parts.at(-1), heard.at(-1)]
      const told = asked.flatMap((one) => complaintsOf(one?.findings ?? []))
      expect(told.map((one) => one.split(' → ')[0])).toEqual([
        'fault PostgreSQL cannot be reached: timeout expired',
        'fault Redis cannot be reached: no answer within 10 s',
        'fault Horizon cannot be asked: There was no whole answer within 8000 ms',
        'fault the payout rail cannot be asked: The operation was aborted due to timeout',
        expect.stringMatching(/^warning it took [67]\d{3} ms to answer$/),
      ])
    },
  )

  it('say where the queue is: PostgreSQL holds it where there is no Redis', async () => {
    const { url, drop } = await freshDatabase()
    await onServer(url, 'drop schema bullmq cascade')
    const complaints = async (redisUrl: string | undefined) => {
      const [, database] = await examined({ DATABASE_URL: url, REDIS_URL: redisUrl })
      return complaintsOf(database?.findings ?? [])
    }
    const missing = 'fault the tables of the queue are missing → Run fairlead migrate'
    expect(await complaints(undefined)).toContain(missing)
    expect(await complaints(`redis://${nowhere(2)}`)).not.toContain(missing)
    await drop()
  })
})
