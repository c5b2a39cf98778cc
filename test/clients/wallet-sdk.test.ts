import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { startFairlead } from '../flows/fairlead.ts'
import type { Fairlead } from '../flows/fairlead.ts'
import { preload } from '../flows/preload.ts'
import { run } from '../flows/running.ts'
import { freePort } from '../redis.ts'

/** The SDK compares host names without their port, so the address of the anchor has none. */
const anchorHost = 'anchor.fairlead.test'
let fairlead: Fairlead
let httpsPort: number

beforeAll(async () => {
  httpsPort = await freePort()
  fairlead = await startFairlead({
    settings: {
      FAIRLEAD_PUBLIC_HTTPS_URL: `https://${anchorHost}`,
      FAIRLEAD_HTTPS_PORT: `${httpsPort}`,
    },
  })
}, 90_000)
afterAll(() => fairlead.stop())

const child = fileURLToPath(new URL('wallet.child.ts', import.meta.url))
const customer = z.looseObject({
  id: z.string(),
  status: z.string(),
  fields: z.record(z.string(), z.unknown()).optional(),
  provided_fields: z.record(z.string(), z.unknown()).optional(),
})
const added = z.object({ id: z.string() })
const toldSchema = z.object({
  account: z.string(),
  lumens: z.string(),
  endpoint: z.string(),
  plainAddresses: z.array(z.string()),
  token: z.object({ account: z.string() }),
  tokenWithMemo: z.object({ account: z.string(), memo: z.string() }),
  added,
  incomplete: customer,
  updated: added,
  complete: customer,
  withPhoto: added,
  addedWithMemo: added,
  gone: z.number(),
  allGone: z.number(),
})

it('serves the TypeScript wallet SDK unmodified: friendbot, SEP-1, SEP-10 and SEP-12 over HTTPS (SBX-121)', async () => {
  const { caFile, horizonHttpsUrl } = fairlead.world()
  const wallet = run(
    'wallet',
    [
      '--import',
      preload({ to: new URL(horizonHttpsUrl).host }),
      '--import',
      preload({ to: `localhost:${httpsPort}`, hosts: anchorHost }),
      child,
      anchorHost,
    ],
    { NODE_EXTRA_CA_CERTS: caFile },
  )
  const code = await wallet.ended()
  if (code !== 0) process.stderr.write(`${wallet.said()}${fairlead.said()}`)
  expect(code).toBe(0)
  const told = toldSchema.parse(JSON.parse(wallet.said().split('\n').at(-2) ?? ''))
  const { account, added: first } = told

  expect(told.lumens).toBe('10000.0000000')
  expect(told.endpoint).toBe(`https://${anchorHost}/auth`)
  expect(told.plainAddresses).toEqual([])
  expect(told.token).toEqual({ account })
  expect(told.tokenWithMemo).toEqual({ account, memo: '77' })
  expect(told.incomplete).toMatchObject({ id: first.id, status: 'NEEDS_INFO' })
  expect(Object.keys(told.incomplete.fields ?? {})).toContain('bank_account_number')
  expect(told.updated).toEqual(first)
  expect(told.complete).toMatchObject({ id: first.id, status: 'ACCEPTED' })
  expect(told.withPhoto).toEqual(first)
  expect(told.addedWithMemo.id).not.toBe(first.id)
  expect([told.gone, told.allGone]).toEqual([404, 404])
}, 60_000)
