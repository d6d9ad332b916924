import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connectTo, startConnectProxy } from '../aws/connect-proxy.ts'
import { createAuthority } from '../aws/private-authority.ts'
import { startAwsServer } from '../aws-server/server.ts'
import { keysOf } from '../commands/tool.ts'
import { identity, settle } from './home.ts'

const run = promisify(execFile)
const prompt = '$ '

/**
 * A day's session, typed at a bash in tmux on the local AWS, which a proxy shows under AWS's own names; gives the lines
 * on the screen. tmux and openssl are needed.
 */
export async function playSession(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-mfa-env-picture-'))
  const authority = await createAuthority()
  const names = ['sts', 'iam'].map((service) => `${service}.eu-central-1.amazonaws.com`)
  const server = await startAwsServer({ tls: await authority.issue(names) })
  const proxy = await startConnectProxy(connectTo(Number(new URL(server.url).port)))
  try {
    const user = server.addUser({ name: 'alice' })
    const environment = await settle(folder, {
      credentials: keysOf(user),
      config: `[default]\nregion = eu-central-1\nmfa_serial = ${user.serialNumber}\n`,
    })
    await writeFile(join(folder, 'bashrc'), `PS1='${prompt}'\neval "$(aws-mfa-env init bash)"\n`)
    const terminal = new Terminal(folder)
    await terminal.open({ ...environment, AWS_CA_BUNDLE: authority.path, HTTPS_PROXY: proxy.url })
    try {
      await terminal.type('awsmfa', 'MFA code of')
      await terminal.type(server.nextTokenCode(user))
      await terminal.type('aws-mfa-env status')
      await terminal.type(identity)
      await terminal.type('awsmfa --unset')
      await terminal.type('aws-mfa-env status')
      return await terminal.lines()
    } finally {
      await terminal.close()
    }
  } finally {
    await Promise.all([proxy.close(), server.close()])
    await authority.remove()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A bash in tmux. */
class Terminal {
  private readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  async open(environment: Record<string, string>): Promise<void> {
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
    const bash = ['bash', '--noprofile', '--rcfile', join(this.folder, 'bashrc')]
    const size = ['-x', '92', '-y', '30']
    await this.tmux(
      'new-session',
      '-d',
      ...size,
      '-c',
      this.folder,
      'env',
      '-i',
      ...variables,
      'TERM=screen',
      ...bash,
    )
    await this.waitFor(prompt.trim())
  }

  /** Types a line, and waits until the last line on the screen begins so. */
  async type(line: string, then = prompt.trim()): Promise<void> {
    await this.tmux('send-keys', '-l', line)
    await this.tmux('send-keys', 'Enter')
    await this.waitFor(then)
  }

  /** What is on the screen above the prompt that waits. */
  async lines(): Promise<string[]> {
    const { stdout } = await this.tmux('capture-pane', '-p')
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd())
    return lines.at(-1) === prompt.trim() ? lines.slice(0, -1) : lines
  }

  async close(): Promise<void> {
    await this.tmux('kill-server').catch(() => {})
  }

  private async waitFor(text: string): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      await wait(50)
      const { stdout } = await this.tmux('capture-pane', '-p')
      const last = stdout.trimEnd().split('\n').at(-1)?.trimEnd() ?? ''
      if (text === prompt.trim() ? last === text : last.startsWith(text)) return
    }
    throw new Error(`the terminal does not show: ${text}`)
  }

  private tmux(...words: string[]) {
    return run('tmux', ['-S', join(this.folder, 'tmux'), '-f', '/dev/null', ...words])
  }
}
