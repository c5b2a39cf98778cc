import { HeaderMap } from '@apollo/server'
import { GraphQLError } from 'graphql'

/** Who calls is not known; over HTTP the status is 401. */
export const unauthenticated = (message: string) =>
  new GraphQLError(message, {
    extensions: {
      code: 'UNAUTHENTICATED',
      http: { status: 401, headers: new HeaderMap([['www-authenticate', 'Bearer']]) },
    },
  })
