/** What Horizon answers when it does not answer (SBX-68). Thrown by readers, written by the listener. */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly extras: object | undefined
  readonly detail: string | undefined

  constructor(kind: ProblemKind, extras?: object, detail?: string) {
    super(detail ?? kind)
    this.name = 'Problem'
    this.kind = kind
    this.extras = extras
    this.detail = detail
  }

  get status(): number {
    return PROBLEMS[this.kind].status
  }

  toJSON(): object {
    const { title, status, detail } = PROBLEMS[this.kind]
    return {
      type: `https://stellar.org/horizon-errors/${this.kind}`,
      title,
      status,
      detail: this.detail ?? detail,
      ...(this.extras === undefined ? {} : { extras: this.extras }),
    }
  }
}

export function badField(field: string, reason: string): Problem {
  return new Problem('bad_request', { invalid_field: field, reason })
}

export type ProblemKind = keyof typeof PROBLEMS

const PROBLEMS = {
  bad_request: {
    status: 400,
    title: 'Bad Request',
    detail:
      'The request you sent was invalid in some way. See `extras.invalid_field` and `extras.reason` for what to mend.',
  },
  invalid_accounts_params: {
    status: 400,
    title: 'Invalid Accounts Parameters',
    detail:
      'Exactly one filter is required: name one of signer, asset and sponsor, and not more than one.',
  },
  transaction_failed: {
    status: 400,
    title: 'Transaction Failed',
    detail:
      'The transaction failed when submitted to the stellar network. The `extras.result_codes` field on this response contains further details.  Descriptions of each code can be found at: https://developers.stellar.org/api/errors/http-status-codes/horizon-specific/transaction-failed/',
  },
  transaction_malformed: {
    status: 400,
    title: 'Transaction Malformed',
    detail:
      'Horizon could not decode the transaction envelope in this request. A transaction should be an XDR TransactionEnvelope struct encoded using base64.  The envelope read from this request is echoed in the `extras.envelope_xdr` field of this response for your convenience.',
  },
  transaction_submission_disabled: {
    status: 403,
    title: 'Transaction Submission Disabled',
    detail: 'Transaction submission has been disabled for this network.',
  },
  not_found: {
    status: 404,
    title: 'Resource Missing',
    detail:
      'The resource at the url requested was not found.  This usually occurs for one of two reasons:  The url requested is not valid, or no data in our database could be found with the parameters provided.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method Not Allowed',
    detail: 'This resource exists, but not for this method.',
  },
  not_acceptable: {
    status: 406,
    title: 'An acceptable response content-type could not be provided for this request',
    detail:
      'Ask for application/hal+json, or for text/event-stream where the resource can be streamed.',
  },
  before_history: {
    status: 410,
    title: 'Data Requested Is Before Recorded History',
    detail:
      "This horizon instance is configured to only track a portion of the stellar network's latest history. This request is asking for results prior to the recorded history known to this horizon instance.",
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported Media Type',
    detail:
      'The request has an unsupported content type. Send application/x-www-form-urlencoded or multipart/form-data.',
  },
  rate_limit_exceeded: {
    status: 429,
    title: 'Rate Limit Exceeded',
    detail:
      "The rate limit for the requesting IP address is over its alloted limit.  The allowed limit and requests left per time period are communicated to clients via the http response headers 'X-RateLimit-*' headers.",
  },
  server_error: {
    status: 500,
    title: 'Internal Server Error',
    detail:
      'An error occurred while processing this request.  This is most likely due to a bug within the server software.',
  },
  transaction_submission_failed: {
    status: 500,
    title: 'Transaction Submission Failed',
    detail:
      'Could not submit transaction to stellar-core. The `extras.error` field on this response contains further details.',
  },
  transaction_submission_exception: {
    status: 500,
    title: 'Transaction Submission Exception',
    detail:
      'Received exception from stellar-core. The `extras.error` field on this response contains further details.',
  },
  service_unavailable: {
    status: 503,
    title: 'Service Unavailable',
    detail: 'The request cannot be serviced at this time.',
  },
  server_over_capacity: {
    status: 503,
    title: 'Server Over Capacity',
    detail:
      'This horizon server is currently overloaded. Please wait for several minutes before trying your request again.',
  },
  still_ingesting: {
    status: 503,
    title: 'Still Ingesting',
    detail:
      "Data cannot be presented because it's still being ingested. Please wait for several minutes before trying again.",
  },
  stale_history: {
    status: 503,
    title: 'Historical DB Is Too Stale',
    detail:
      "This horizon instance is configured to reject client requests when it can determine that the history database is lagging too far behind the connected instance of Stellar-Core or read replica. It's also possible that Stellar-Core is out of sync. Please try again later.",
  },
  timeout: {
    status: 504,
    title: 'Timeout',
    detail: 'Your request timed out before completing.  Please try your request again.',
  },
  transaction_submission_timeout: {
    status: 504,
    title: 'Transaction Submission Timeout',
    detail:
      'Your transaction submission request has timed out. This does not necessarily mean the submission has failed. Before resubmitting, please use the transaction hash provided in `extras.hash` to poll the GET /transactions endpoint for sometime and check if it was included in a ledger.',
  },
} as const
