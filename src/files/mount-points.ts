import { readFileSync, realpathSync } from 'node:fs'

/**
 * Whether a file is mounted by itself, as one of the host is in a container: it can be written to, but nothing can be
 * put in its place (rename(2): EBUSY). Known of Linux alone: proc_pid_mountinfo(5).
 */
export function isMounted(file: string, platform: NodeJS.Platform): boolean {
  return platform === 'linux' && mountPoints().includes(realpathSync(file))
}

/** None where there is no /proc. */
function mountPoints(): string[] {
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
    return lines.map((line) => unquote(line.split(' ')[4] ?? ''))
  } catch {
    return []
  }
}

/** A blank, a tab, a line feed or a backslash stands there as an octal number. */
function unquote(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
}
