import { afterAll, beforeAll, expect, it } from 'vitest'
import { Keypair } from '@stellar/stellar-sdk'
import { horizonOf, logIn } from './anchor.ts'
import { startFairlead } from './fairlead.ts'
import type { Fairlead } from './fairlead.ts'

let fairlead: Fairlead
beforeAll(async () => {
  fairlead = await startFairlead({ settings: { FAIRLEAD_LOGIN: 'agreed' } })
}, 90_000)
afterAll(() => fairlead.stop())

it('refuses an account without an agreement at login, and lets the agreed one in (SEP31-05)', async () => {
  const world = fairlead.world()
  const keypair = Keypair.random()
  await horizonOf(world).friendbot(keypair.publicKey()).call()
  const login = logIn({ url: world.publicUrl, world, keypair })
  await expect(login).rejects.toThrow(/auth.*: 403 .*error/)
  expect((await logIn({ url: world.publicUrl, world })).token).toMatch(/^ey/)
})
