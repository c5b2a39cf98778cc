import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, openBrowser } from './browser.ts'
import {
  addEvent,
  backofficeToken,
  gatewayWorld,
  keepTransaction,
  sendingAnchor,
  tokenFor,
} from './gateway-world.ts'
import type { World } from './gateway-world.ts'

describe.skipIf(!hasBrowser)('GraphiQL in a browser', () => {
  let world: World
  let browser: Browser
  let transactionId: string

  beforeAll(async () => {
    world = await gatewayWorld()
    browser = await openBrowser()
    transactionId = (await keepTransaction(world.rooms)).id
  })
  afterAll(async () => {
    await browser.close()
    await world.stop()
  })

  /** Opens a page; everything it asks for from the network, and what it complains of, is kept. */
  async function open(url: string) {
    const page = await browser.newPage()
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('websocket', (socket) => asked.push(socket.url()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.goto(url)
    await page.getByRole('button', { name: 'Execute query' }).waitFor()
    const elsewhere = () =>
      asked.filter(
        (address) => !/^(data|blob):/.test(address) && new URL(address).hostname !== '127.0.0.1',
      )
    return { page, asked, complaints, elsewhere }
  }

  /** Types the token into the headers, as its reader is told to, and runs the first query. */
  async function run(page: Page, token: string) {
    await page.getByRole('button', { name: 'Headers', exact: true }).click()
    const headers = page.getByRole('region', { name: 'Headers' }).locator('.CodeMirror:visible')
    await headers.click()
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.insertText(JSON.stringify({ authorization: `Bearer ${token}` }))
    await page.getByRole('button', { name: 'Execute query' }).click()
  }

  it('runs the first query of the back office, and asks nothing from elsewhere', async () => {
    const { page, complaints, elsewhere } = await open(`${world.internalUrl}/graphiql`)
    await run(page, backofficeToken)
    const answer = page.getByRole('region', { name: 'Result Window' })
    await answer.getByText(transactionId).waitFor()
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    await page.getByText('Query', { exact: true }).first().waitFor()
    expect(elsewhere()).toEqual([])
    expect(complaints).toEqual([])
  })

  it('shows a partner’s events as they happen, and asks nothing from elsewhere', async () => {
    const { page, asked, complaints, elsewhere } = await open(`${world.publicUrl}/graphiql`)
    await run(page, await tokenFor(sendingAnchor))
    const answer = page.getByRole('region', { name: 'Result Window' })
    await answer.getByText(transactionId).waitFor()
    await answer.getByText('opened').waitFor()
    await addEvent(world.rooms, transactionId, 'seen live')
    await answer.getByText('payoutRetried').waitFor()
    expect(asked.filter((address) => address.startsWith('ws:'))).toHaveLength(1)
    expect(elsewhere()).toEqual([])
    expect(complaints).toEqual([])
  })
})
