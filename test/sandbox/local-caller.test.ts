import { describe, expect, it } from 'vitest'
import { isLocal, isLoopback } from '../../src/sandbox/local-caller.ts'

/** Who may work the controls of network and bank (SBX-93). */

const here = ['127.0.0.1', '127.8.9.255', '::1', '::ffff:127.0.0.1', 'localhost']
const elsewhere = [
  '',
  '128.0.0.1',
  '10.0.127.1',
  '10.127.0.0.1',
  '127.0.0.1.example.com',
  '1270::1',
  '::2',
  '::ffff:10.0.0.1',
  '::ffff:10.127.0.1',
  '2001:db8::1',
  '2001:db8::ffff:127.0.0.1',
]

describe('an address', () => {
  it.each(here)('%s stays on this machine (SBX-93)', (address) => {
    expect(isLoopback(address)).toBe(true)
  })

  it.each(elsewhere)('%j does not (SBX-93)', (address) => {
    expect(isLoopback(address)).toBe(false)
  })
})

describe('a caller', () => {
  it.each([...here, ...elsewhere])('from %j is local as its address is (SBX-93)', (address) => {
    const headers = { host: 'localhost' }
    expect(isLocal({ remoteAddress: address, headers })).toBe(here.includes(address))
  })

  it.each([
    [{ host: 'LOCALHOST:8090' }, true],
    [{ host: '127.0.0.1:8090' }, true],
    [{ host: '[::1]:8090' }, true],
    [{ host: '127.0.0.1:8090', origin: 'http://localhost:8080' }, true],
    [{ host: '127.0.0.1:8090', origin: 'https://[::1]:8080' }, true],
    [{ host: '127.0.0.1:8090', origin: 'https://page.example.com' }, false],
    [{ host: '127.0.0.1:8090', origin: 'null' }, false],
    [{ host: '127.0.0.1:8090', origin: '' }, false],
    [{ host: 'rebound.example.com:8090' }, false],
    [{ host: 'rebound.example.com', origin: 'http://localhost:8080' }, false],
    [{ host: '127.0.0.1.example.com' }, false],
    [{ host: '' }, false],
    [{}, false],
  ])('of this machine that says %j is a program or page of it: %s (SBX-93)', (headers, isOurs) => {
    expect(isLocal({ remoteAddress: '127.0.0.1', headers })).toBe(isOurs)
  })
})
