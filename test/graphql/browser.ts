import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const place = places.find((path) => existsSync(path))

/** True when this machine has a browser; suites that need it say so when they are skipped. */
export const hasBrowser = place !== undefined
if (!hasBrowser) {
  process.stderr.write('SKIPPED: Chromium is not installed, tests in the browser do not run\n')
}

/** A browser without a window. */
export function openBrowser(): Promise<Browser> {
  if (place === undefined) throw new Error('There is no browser')
  return chromium.launch({ executablePath: place, args: ['--no-sandbox'] })
}
