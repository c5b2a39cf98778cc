import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Rooms } from '../../src/compose/compose.ts'
import { newPayout } from '../../src/domain/payout/decisions.ts'
import { funded, keepCustomer, keepTransaction, person } from '../graphql/gateway-world.ts'

/** Answers all that is asked of Horizon and of the bank, with nothing, and keeps each connection. */
export async function startOutside() {
  const server = createServer({ keepAliveTimeout: 600_000 }, (_, response) => response.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () =>
      new Promise<number>((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    stop: () => void server.close(),
  }
}

/** Sends a payout to the bank that was configured. */
export async function askBankToPay(rooms: Rooms): Promise<void> {
  const receiver = await keepCustomer(rooms, { ...person, bank_account_number: '1000990001' })
  const { id } = await keepTransaction(rooms, { ...funded(), receiverId: receiver.id })
  await rooms.commit(({ payouts }) => payouts.add([newPayout(id, rooms.now())]))
  await rooms.sendPayout(id)
}
