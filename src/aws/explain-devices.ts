import { ExitCode, type Failure } from '../errors.ts'
import { explainCallError, refused } from './explain.ts'
import { DevicesDenied } from './refusals.ts'
import type { AwsRequest } from './request.ts'

/** What a failed ListMFADevices means to its user, and what to do. */
export function explainDevicesError(
  error: unknown,
  request: AwsRequest,
  userName: string | undefined,
): Failure {
  return explainCallError(error, request, {
    explain: ({ code, words }) => {
      switch (code) {
        case 'AccessDenied':
          return new DevicesDenied(
            ExitCode.refused,
            `AWS does not let ${request.credentialsOrigin} list the MFA devices${userName === undefined ? '' : ` of ${userName}`}: ${words}`,
            'have iam:ListMFADevices allowed',
          )
        case 'NoSuchEntity':
        case 'NoSuchEntityException':
          return refused(`IAM knows no such user: ${words}`, 'name the device with --serial-number')
        default:
          return undefined
      }
    },
  })
}
