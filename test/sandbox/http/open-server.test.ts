import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { openServer } from '../../../src/sandbox/network/http/open-server.ts'
import { until } from '../../until.ts'

it('ends also while a caller waits for its answer, and lets the caller know', async () => {
  let asked = false
  const neverAnswers = () => {
    asked = true
  }
  const server = await openServer(neverAnswers, { host: '127.0.0.1', port: 0 })
  const caller = connect(server.port, '127.0.0.1')
  caller.on('error', () => undefined)
  caller.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await until(() => asked, 'the request to arrive')
  await server.stop()
  await until(() => caller.destroyed, 'the connection to end')
  expect(caller.destroyed).toBe(true)
})

const place = { host: '127.0.0.1', port: 0 }

it('does not start on a port that is taken, and says so', async () => {
  const server = await openServer(() => undefined, place)
  onTestFinished(() => server.stop())
  const second = openServer(() => undefined, { ...place, port: server.port })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

it('answers what is no HTTP as a bad request, and goes on (SBX-118)', async () => {
  const server = await openServer((_request, response) => void response.end('here'), place)
  onTestFinished(() => server.stop())
  const caller = connect(server.port, '127.0.0.1')
  let heard = ''
  caller.on('data', (piece: Buffer) => (heard += String(piece)))
  caller.write('hello?\r\n\r\n')
  await until(() => caller.destroyed, 'the connection to end')
  expect(heard).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(await (await fetch(`http://127.0.0.1:${server.port}`)).text()).toBe('here')
})

it('keeps a connection for the next question a little longer than a minute', async () => {
  const server = await openServer((_request, response) => void response.end('here'), place)
  onTestFinished(() => server.stop())
  const { headers } = await fetch(`http://127.0.0.1:${server.port}`)
  expect(headers.get('keep-alive')).toBe('timeout=65')
})
