import { v7 } from 'uuid'

/**
 * A new id (RFC 9562, UUID version 7): its time, and then chance. Ids of one time lie side by side in each
 * index, however large the table; at random each is a page of its own, to be read and written whole. That
 * an id tells its time tells nobody more than its thing does, and none is a secret.
 */
export const newId = (): string => v7()
