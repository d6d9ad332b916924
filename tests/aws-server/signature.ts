// Whether a request was signed with that secret, in AWS's time: SigV4 computed anew by aws4, which shares no
// code with the clients under test.

import { createHash } from 'node:crypto'
import aws4 from 'aws4'
import { signatureDoesNotMatch } from './errors.ts'
import type { Authorization, AwsRequest } from './request.ts'

const tolerance = 15 * 60_000

/** @param at in ms, by the server's clock
 *  @throws AwsError */
export function checkSignature(
  request: AwsRequest,
  authorization: Authorization,
  secret: string,
  at: number,
): void {
  checkDate(request.headers['x-amz-date'] ?? '', at)
  if (!signsWhatItMust(request, authorization)) throw signatureDoesNotMatch()
  if (computeSignature(request, authorization, secret) !== authorization.signature)
    throw signatureDoesNotMatch()
}

function checkDate(date: string, at: number): void {
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  const signedAt = Date.parse(iso)
  if (Number.isNaN(signedAt)) throw signatureDoesNotMatch("Date must be in ISO-8601 'basic format'. Got ''.")
  const [now, earliest, latest] = [at, at - tolerance, at + tolerance].map(formatBasic)
  if (signedAt < at - tolerance) {
    throw signatureDoesNotMatch(
      `Signature expired: ${date} is now earlier than ${earliest} (${now} - 15 min.)`,
    )
  }
  if (signedAt > at + tolerance) {
    throw signatureDoesNotMatch(
      `Signature not yet current: ${date} is still later than ${latest} (${now} + 15 min.)`,
    )
  }
}

// Else a session token or a host could be exchanged on the way.
function signsWhatItMust({ headers }: AwsRequest, { date, signedHeaders }: Authorization): boolean {
  const must = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'))
  return (
    must.every((name) => signedHeaders.includes(name)) && headers['x-amz-date']?.startsWith(date) === true
  )
}

function computeSignature(request: AwsRequest, authorization: Authorization, secret: string): string {
  const { method, path, body } = request
  const { region, service, signedHeaders } = authorization
  const headers = Object.fromEntries(signedHeaders.map((name) => [name, request.headers[name] ?? '']))
  // aws4 takes the body's hash from this header, so a forged one would vouch for any body.
  if (headers['x-amz-content-sha256']) headers['x-amz-content-sha256'] = sha256(body)
  const signed = {
    method,
    path,
    headers,
    body,
    service,
    region,
    doNotModifyHeaders: true,
    ...signEvery(signedHeaders),
  }
  const signer = new aws4.RequestSigner(signed, { secretAccessKey: secret })
  signer.datetime = headers['x-amz-date'] ?? ''
  return signer.authHeader().replace(/.*Signature=/, '')
}

// aws4 leaves some headers out of the signature that other clients sign.
function signEvery(names: readonly string[]): object {
  return { extraHeadersToInclude: Object.fromEntries(names.map((name) => [name, true])) }
}

function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex')
}

function formatBasic(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')
}
