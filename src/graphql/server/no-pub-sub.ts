import type { PubSub } from 'type-graphql'

/**
 * type-graphql wants one as soon as a schema has a subscription, although ours bring their own source:
 * the event log, which unlike a pub/sub can be resumed.
 */
export const noPubSub: PubSub = {
  publish() {
    throw new Error('Events are recorded, not published')
  },
  subscribe() {
    throw new Error('Subscriptions read the event log')
  },
}
