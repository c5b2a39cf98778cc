import { beforeAll, describe, expect, it } from 'vitest'
import type { StellarNetwork } from '../../src/usecases/ports/stellar-network.ts'

export interface NetworkUnderTest {
  readonly network: StellarNetwork
  readonly account: string
  /** Makes so many payments of 1, 2, 3 … units of 10^-7 to the account, after what was before. */
  readonly pay: (count: number) => Promise<void>
}

/** What every `StellarNetwork` promises. */
export function describeStellarNetwork(name: string, start: () => Promise<NetworkUnderTest>): void {
  describe(`the Stellar network, ${name}`, () => {
    let under: NetworkUnderTest
    beforeAll(async () => {
      under = await start()
    })

    it('gives what came after the cursor, in order, and the place reached', async () => {
      const { network, account, pay } = under
      const place = await network.newestCursor()
      await pay(3)
      const page = await network.creditsAfter(account, place, 200)
      expect(page.credits.map(({ units }) => units)).toEqual([1n, 2n, 3n])
      expect(page.complete).toBe(true)
      expect(BigInt(page.nextCursor)).toBeGreaterThanOrEqual(BigInt(page.credits[2]?.id ?? 0))
    })

    it('is read to the end page by page, without a gap or a repeat', async () => {
      const { network, account, pay } = under
      const place = await network.newestCursor()
      await pay(7)
      const units: bigint[] = []
      let cursor = place
      let complete = false
      for (let pages = 0; pages < 8 && !complete; pages += 1) {
        const page = await network.creditsAfter(account, cursor, 2)
        units.push(...page.credits.map((credit) => credit.units))
        expect(page.credits.length).toBeLessThanOrEqual(2)
        cursor = page.nextCursor
        complete = page.complete
      }
      expect(units).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n])
      expect(complete).toBe(true)
    })

    it('takes no page that is full for the last one', async () => {
      const { network, account, pay } = under
      const place = await network.newestCursor()
      await pay(2)
      expect((await network.creditsAfter(account, place, 2)).complete).toBe(false)
      expect((await network.creditsAfter(account, place, 3)).complete).toBe(true)
    })

    it('gives the same page again for the same cursor', async () => {
      const { network, account, pay } = under
      const place = await network.newestCursor()
      await pay(2)
      const once = await network.creditsAfter(account, place, 200)
      expect(await network.creditsAfter(account, place, 200)).toEqual(once)
    })

    it('stays where it is when nothing came', async () => {
      const { network, account } = under
      const place = await network.newestCursor()
      const nothing = { credits: [], nextCursor: place, complete: true }
      expect(await network.creditsAfter(account, place, 200)).toEqual(nothing)
    })
  })
}
