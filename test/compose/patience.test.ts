import { expect, it } from 'vitest'
import { patienceOf } from '../../src/compose/patience.ts'
import { versionOfFairlead } from '../../src/compose/version.ts'
import { defaultPatience } from '../../src/domain/payout/back-off.ts'
import manifest from '../../package.json' with { type: 'json' }

it('a bank of others is tried again for as long as the domain says, one of this machine in seconds', () => {
  const usual = patienceOf({ isSandbox: false })
  const sandbox = patienceOf({ isSandbox: true })
  expect(usual).toEqual({
    railTimeoutMs: 15_000,
    payout: defaultPatience,
    collectEveryMs: 2_500,
    sweepEveryMs: 15_000,
    askEveryMs: 5_000,
    askTurn: { callsMax: 200, takesMs: 4_000 },
    jobLockMs: 10_000,
  })
  expect(sandbox).toEqual({
    railTimeoutMs: 4_000,
    payout: {
      claimMs: 10_000,
      firstDelayMs: 1_000,
      longestDelayMs: 4_000,
      failuresMax: 100,
      returns: { firstMs: 5_000, untilMs: 60_000 },
    },
    collectEveryMs: 250,
    sweepEveryMs: 3_000,
    askEveryMs: 1_000,
    askTurn: { callsMax: 50, takesMs: 800 },
    jobLockMs: 4_000,
  })
  for (const { railTimeoutMs, payout, askEveryMs, askTurn } of [usual, sandbox]) {
    expect(payout.claimMs).toBeGreaterThan(2 * railTimeoutMs)
    expect(askTurn.takesMs).toBeLessThan(askEveryMs)
  }
})

it('the version is that of the package', () => {
  expect(versionOfFairlead()).toBe(manifest.version)
})
