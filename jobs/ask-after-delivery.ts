import type { AskAfterDelivery } from '../src/usecases/payouts/ask-after-delivery.ts'
import type { JobBodies } from '../src/usecases/ports/job-queue.ts'

export const askAfterDeliveryJob =
  (rooms: { readonly askAfterDelivery: AskAfterDelivery }): JobBodies['ask-after-delivery'] =>
  async () => {
    await rooms.askAfterDelivery()
    return { done: true }
  }
