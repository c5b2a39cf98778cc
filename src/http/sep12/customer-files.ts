import type { CustomerFile } from '../../usecases/ports/customer-file-records.ts'
import type { ListFiles } from '../../usecases/customers/list-files.ts'
import type { UploadFile, UploadRefusal } from '../../usecases/customers/upload-file.ts'
import type { Reply } from '../server/reply.ts'
import { badRequest, refusal } from '../server/reply.ts'
import type { ClientRoute } from '../server/route.ts'

/** SEP-12 POST customer files: 413 over the limit, 400 for every other error. */
export const postFile =
  (uploadFile: UploadFile): ClientRoute =>
  async (request) => {
    const body = await request.body()
    if (!body.ok) {
      const { status, message } = body.refusal
      return refusal(status === 413 ? 413 : 400, message)
    }
    const file =
      body.value.kind === 'multipart'
        ? body.value.files.find(({ name }) => name === 'file')
        : undefined
    if (file === undefined) {
      return badRequest("Send multipart/form-data with one part named 'file' that holds a file")
    }
    const outcome = await uploadFile(request.principal, file.bytes)
    return outcome.ok
      ? { status: 200, body: writeFile(outcome.value) }
      : sayNotKept(outcome.refusal.code)
  }

function sayNotKept(code: UploadRefusal['code']): Reply {
  switch (code) {
    case 'file_unreadable':
      return badRequest("'file' cannot be read; send a JPEG, PNG, PDF, MP4, WebM or QuickTime file")
    case 'too_much_loose':
      return refusal(
        413,
        'Too many files wait to be used: name them in PUT /customer, as <field>_file_id, or come back tomorrow',
      )
  }
}

/** SEP-12 GET customer files. */
export const getFiles =
  (listFiles: ListFiles): ClientRoute =>
  async ({ principal, query }) => {
    const id = query.get('file_id')
    const customerId = query.get('customer_id')
    if ((id === undefined) === (customerId === undefined)) {
      return badRequest("Send one of 'file_id' and 'customer_id'")
    }
    const files = await listFiles(
      principal,
      id === undefined ? { customerId: customerId ?? '' } : { id },
    )
    return { status: 200, body: { files: files.map(writeFile) } }
  }

const writeFile = (file: CustomerFile): object => ({
  file_id: file.id,
  content_type: file.contentType,
  size: file.size,
  ...(file.expiresAt !== undefined && { expires_at: file.expiresAt.toISOString() }),
  customer_id: file.customerId ?? null,
})
