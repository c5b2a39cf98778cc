import type { ServerResponse } from 'node:http'
import type { Delivered, Delivery } from './exchange.ts'
import { HUNG_UP } from './request-log.ts'

/** Puts a reply on the wire. */
export async function deliver(response: ServerResponse, reply: Delivered): Promise<void> {
  const { delivery = {} } = reply
  if (delivery.hangUp) {
    response.statusCode = HUNG_UP
    response.destroy()
    return
  }
  await pause(delivery.headersAfterMs)
  if (response.destroyed) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = Buffer.from(reply.body)
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value)
  response.writeHead(reply.status, {
    'Content-Type': reply.type,
    'Content-Length': String(body.length),
  })
  await sendBody(response, body, delivery)
}

async function sendBody(response: ServerResponse, body: Buffer, delivery: Delivery): Promise<void> {
  if (delivery.bodyAfterMs !== undefined) {
    response.flushHeaders()
    await pause(delivery.bodyAfterMs)
  }
  if (response.destroyed) return
  if (delivery.cutBody === undefined) {
    response.end(body)
    return
  }
  response.write(body.subarray(0, delivery.cutBody), () => response.destroy())
}

function pause(milliseconds = 0): Promise<void> {
  if (milliseconds === 0) return Promise.resolve()
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
