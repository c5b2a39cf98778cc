import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../until.ts'
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
    await page.getByRole('button', { name: 'Open settings dialog' }).click()
    const dialog = page.getByRole('dialog').getByText('Persist headers')
    await dialog.waitFor({ timeout: 10_000 }).catch(() => undefined) // then it is told why
    expect(elsewhere()).toEqual([])
    expect(complaints).toEqual([])
    expect(await dialog.isVisible()).toBe(true)
  })

  it('asks for the token by name, and keeps it over a reload', async () => {
    const { page } = await open(`${world.publicUrl}/graphiql`)
    const headers = async () => {
      const editor = page.getByRole('region', { name: 'Headers' }).locator('.CodeMirror:visible')
      await page.getByRole('button', { name: 'Headers', exact: true }).click()
      return (await editor.locator('.CodeMirror-line').allInnerTexts()).join('\n')
    }
    expect(await headers()).toBe('{ "authorization": "" }')
    await page.getByRole('button', { name: 'Headers', exact: true }).click()
    const token = await tokenFor(sendingAnchor)
    await run(page, token)
    await page.getByRole('region', { name: 'Result Window' }).getByText(transactionId).waitFor()
    const isKept = (text: string) => localStorage.getItem('graphiql:tabState')?.includes(text)
    await page.waitForFunction(isKept, token, { timeout: 10_000 })
    await page.reload()
    expect(await headers()).toBe(JSON.stringify({ authorization: `Bearer ${token}` }))
  })

  it('opens its socket by TLS from a page that came by TLS', async () => {
    const page = await browser.newPage()
    const sockets: string[] = []
    await page.routeWebSocket(/./, (socket) => void sockets.push(socket.url()))
    await page.route('https://anchor.example.com/**', async (route) => {
      const { pathname } = new URL(route.request().url())
      const answer = await fetch(`${world.publicUrl}${pathname}`)
      const contentType = answer.headers.get('content-type') ?? ''
      await route.fulfill({ contentType, body: Buffer.from(await answer.arrayBuffer()) })
    })
    await page.goto('https://anchor.example.com/graphiql')
    await page.getByRole('button', { name: 'Execute query' }).click()
    await until(() => sockets.length > 0, 'a socket')
    expect(sockets).toEqual(['wss://anchor.example.com/graphql'])
    await page.close()
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
