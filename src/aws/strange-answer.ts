import { ExitCode, Failure } from '../errors.ts'

/** The failure for an answer in AWS's form that AWS cannot have given. */
export function strangeAnswer(what: string): Failure {
  return new Failure(
    ExitCode.unreachable,
    `the answer did not come from AWS: its ${what} is missing or not as AWS makes them`,
    'look at the endpoint and at proxies',
  )
}
