import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Announcements } from '../../src/usecases/ports/announcements.ts'
import { until } from '../until.ts'

export interface AnnouncementsUnderTest {
  /** Two ends, of two processes where the adapter can reach further than one. */
  readonly here: Announcements
  readonly there: Announcements
  /** Breaks what carries them and lets it come back; absent where nothing can break. */
  readonly interrupt?: () => Promise<void>
  close(): Promise<void>
}

export function theyAreAnnouncements(
  name: string,
  open: () => Promise<AnnouncementsUnderTest>,
): void {
  describe(`announcements ${name}`, () => {
    let under: AnnouncementsUnderTest
    beforeAll(async () => {
      under = await open()
    })
    afterAll(() => under.close())

    /** Announces until it is heard: the listening side may still be connecting. */
    const heardBy = async (to: Announcements, upTo: bigint): Promise<bigint[]> => {
      const heard: bigint[] = []
      const stop = to.onEvents((sequence) => heard.push(sequence))
      await until(async () => {
        await under.here.announceEvents(upTo)
        return heard.includes(upTo)
      }, 'the announcement')
      stop()
      return heard
    }

    it('are heard by other processes and by the own one', async () => {
      expect(await heardBy(under.there, 7n)).toContain(7n)
      expect(await heardBy(under.here, 8n)).toContain(8n)
    })

    it('carry numbers beyond what a double holds', async () => {
      expect(await heardBy(under.there, 9_007_199_254_740_993n)).toContain(9_007_199_254_740_993n)
    })

    it('are heard no more after stopping to listen', async () => {
      const heard: bigint[] = []
      const stop = under.there.onEvents((sequence) => heard.push(sequence))
      stop()
      await heardBy(under.there, 11n)
      expect(heard).toEqual([])
    })

    it('reach every listener', async () => {
      const first: bigint[] = []
      const stop = under.there.onEvents((sequence) => first.push(sequence))
      const second = await heardBy(under.there, 12n)
      stop()
      expect(first).toContain(12n)
      expect(second).toContain(12n)
    })

    it('work again after an interruption, and sending meanwhile throws nothing', async () => {
      const interrupted = under.interrupt?.()
      await under.here.announceEvents(20n)
      await interrupted
      expect(await heardBy(under.there, 21n)).toContain(21n)
    })
  })
}
