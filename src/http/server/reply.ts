/** What a route answers. `json` and `text` exclude each other; neither means an empty body. */
export interface Reply {
  readonly status: number
  /** Written as JSON. */
  readonly body?: object
  /** Written as it is; say its `content-type` in the headers (text/plain otherwise). */
  readonly text?: string
  /** By lower-case name. `cache-control: no-store` is sent unless said otherwise here. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal in the shape of the SEPs: `error` says what to mend. */
export const refusal = (status: number, error: string, more: object = {}): Reply => ({
  status,
  body: { error, ...more },
})

export const badRequest = (error: string, more?: object): Reply => refusal(400, error, more)
export const forbidden = (error: string, more?: object): Reply => refusal(403, error, more)
export const notFound = (error: string, more?: object): Reply => refusal(404, error, more)
