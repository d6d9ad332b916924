import { Failure } from '../errors.ts'

/** AWS does not let the caller assume the role; a session with a fresher code may do. */
export class RoleDenied extends Failure {}

/** AWS does not let the caller list MFA devices; with an explicit user name it may do. */
export class DevicesDenied extends Failure {}

/** AWS takes the session no longer that signed: it has expired, or whom it was issued to is gone. */
export class SessionRefused extends Failure {}

/** AWS does not know the MFA device as one of the user whose key signed. */
export class UnknownDevice extends Failure {}
