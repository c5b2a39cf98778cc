import { expect, it } from 'vitest'
import { patienceOf } from '../../src/compose/patience.ts'
import { versionOfFairlead } from '../../src/compose/version.ts'
import { defaultPatience } from '../../src/domain/payout/back-off.ts'
import manifest from '../../package.json' with { type: 'json' }

it('a bank of others is tried again for as long as the domain says, one of this machine in seconds', () => {
  const usual = patienceOf({ isSandbox: false })
  const sandbox = patienceOf({ isSandbox: true })
  expect(usual.payout).toBe(defaultPatience)
  expect(sandbox.payout.longestDelayMs).toBeLessThanOrEqual(5_000)
  expect(sandbox.sweepEveryMs).toBeLessThan(usual.sweepEveryMs)
})

it('the version is that of the package', () => {
  expect(versionOfFairlead()).toBe(manifest.version)
})
