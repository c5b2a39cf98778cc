import { connect } from 'node:net'
import { expect, it } from 'vitest'
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
