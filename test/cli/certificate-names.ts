import { connect } from 'node:tls'

/** The names in the certificate of who listens at this port, whoever signed it. */
export const certificateNames = (port: number) =>
  new Promise<string | undefined>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subjectaltname)
      socket.end()
    })
    socket.on('error', reject)
  })
