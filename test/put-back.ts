import { afterAll, vi } from 'vitest'

/** Test files of one worker share a process: what one of them changed there ends with it, also when it fails. */
afterAll(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})
