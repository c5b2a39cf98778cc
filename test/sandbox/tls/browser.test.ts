import { existsSync } from 'node:fs'
import { Keypair } from '@stellar/stellar-sdk'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { openForTest } from '../http/client.ts'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

test.skipIf(!existsSync(executablePath))(
  'a browser reaches it under the hosts of the test network (SBX-09, SBX-67)',
  async () => {
    const { sandbox } = await openForTest({ httpsPort: 0 })
    const { port } = new URL(String(sandbox.httpsUrl))
    const hosts = ['horizon-testnet.stellar.org', 'friendbot.stellar.org']
    const rules = hosts.map((host) => `MAP ${host} 127.0.0.1:${port}`).join(', ')
    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', `--host-resolver-rules=${rules}`],
    })
    try {
      const context = await browser.newContext({ ignoreHTTPSErrors: true })
      const page = await context.newPage()
      await page.goto('https://horizon-testnet.stellar.org/ledgers')
      const seen = await page.evaluate(async (address) => {
        await fetch(`https://friendbot.stellar.org?addr=${address}`)
        const url = `https://horizon-testnet.stellar.org/accounts/${address}`
        const response = await fetch(url)
        const { account_id: account } = (await response.json()) as { account_id: string }
        return { account, date: response.headers.get('date') }
      }, address())
      expect(seen).toEqual({
        account: expect.stringMatching(/^G/),
        date: expect.stringContaining('GMT'),
      })
      expect(sandbox.control.requests().map(({ path }) => path)).toContain('/friendbot')
    } finally {
      await browser.close()
    }
  },
)

function address(): string {
  return Keypair.random().publicKey()
}
