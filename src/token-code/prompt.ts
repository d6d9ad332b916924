import { ExitCode, Failure, printable, renderFailure, WrongTokenCode } from '../errors.ts'
import { isTokenCode } from '../forms.ts'
import type { Terminal } from '../terminal.ts'

/** How often the user is asked for a code in one run. */
const tries = 3

/**
 * Asks for a code until one serves, three times at most.
 * @param device what the user knows the device by
 * @param use what is done with the code; a WrongTokenCode has the user asked again
 * @throws {Failure} interrupted, or what `use` throws
 */
export async function promptForTokenCode<T>(
  terminal: Terminal,
  device: string,
  use: (tokenCode: string) => Promise<T>,
): Promise<T> {
  const tried = new Set<string>()
  for (let left = tries - 1; ; left--) {
    try {
      return await use(await askForTokenCode(terminal, device, tried))
    } catch (error) {
      if (!(error instanceof WrongTokenCode) || left === 0) throw error
      terminal.say(renderFailure(error))
    }
  }
}

async function askForTokenCode(terminal: Terminal, device: string, tried: Set<string>): Promise<string> {
  const line = await terminal.ask(`MFA code of ${printable(device)}: `)
  if (line === undefined) {
    terminal.say('\n')
    throw new Failure(ExitCode.interrupted, 'no code was typed')
  }
  // Authenticator apps show, and so paste, a space in the middle.
  const tokenCode = line.replace(/\s/g, '')
  // Where a code has been sent, the run does not end as one that has asked AWS for nothing.
  const exitCode = tried.size > 0 ? ExitCode.refused : ExitCode.usage
  if (!isTokenCode(tokenCode)) throw new WrongTokenCode(exitCode, 'that is not six digits')
  if (tried.has(tokenCode)) {
    throw new WrongTokenCode(exitCode, 'that code has been tried already: wait for the next one')
  }
  tried.add(tokenCode)
  return tokenCode
}
