import { badSetting, resolveSetting, type SettingSources, type Sourced, settingNames } from '../settings.ts'

/** A proxy for https, from HTTPS_PROXY; whoever prints one prints `display`. */
export interface HttpProxy {
  readonly protocol: 'http:' | 'https:'
  /** With the port where it is not the protocol's own. */
  readonly host: string
  /** The URL without user and password. */
  readonly display: string
  /** The Proxy-Authorization header; a secret. */
  readonly authorization: string | undefined
  /** The variable. */
  readonly origin: string
  /** Hosts that are asked without it. */
  readonly noProxy: string
}

/**
 * The proxy for AWS, from `https_proxy` or HTTPS_PROXY, the lower case first as curl and botocore do. There is none
 * for plain http, so that HTTP_PROXY never applies: plain http is for loopback alone, which a proxy would take for its
 * own. ALL_PROXY is not looked at, as botocore does not.
 * @param url the endpoint; undefined: AWS's own, whose host is known when it is asked
 * @throws {Failure} configuration: that is no proxy
 */
export function resolveProxy(sources: SettingSources, url: string | undefined): HttpProxy | undefined {
  if (url?.startsWith('http:')) return undefined
  const setting = resolveSetting(sources, settingNames.proxy)
  const noProxy = resolveSetting(sources, settingNames.noProxy)?.value ?? ''
  // What is not asked need not be right.
  if (setting === undefined || (url !== undefined && isExcepted(noProxy, new URL(url)))) return undefined
  return { ...parseProxy(setting), noProxy }
}

function parseProxy(setting: Sourced): Omit<HttpProxy, 'noProxy'> {
  // Without a scheme it is http, as for curl and botocore.
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(setting.value) ? setting.value : `http://${setting.value}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw badSetting(
      setting,
      'that is no URL of an http or https proxy',
      'as in: http://proxy.example.com:3128',
    )
  }
  return {
    protocol: url.protocol,
    host: url.host,
    display: url.origin,
    authorization: readAuthorization(url, setting),
    origin: setting.origin,
  }
}

function readAuthorization({ username, password }: URL, setting: Sourced): string | undefined {
  if (username === '' && password === '') return undefined
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return `Basic ${Buffer.from(pair).toString('base64')}`
  } catch {
    throw badSetting(setting, 'a % in its user or password is not followed by two digits', 'write % as %25')
  }
}

/**
 * Whether NO_PROXY excepts a URL: names between commas or blanks, each standing for itself and everything below it,
 * with or without `.` or `*.` in front; `*` for all; with a port, for that port alone. That is whatever botocore
 * excepts, and with the blanks, `*.` and the port of https what other clients read besides. An address stands for
 * itself; ranges of addresses are not understood, as botocore does not.
 */
export function isExcepted(noProxy: string, { hostname, port }: { hostname: string; port: string }): boolean {
  const asked = hostname.toLowerCase().replace(/^\[|\]$/g, '')
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true
      const { name, port: entryPort } = parseEntry(entry)
      if (name === '' || (entryPort !== undefined && Number(entryPort) !== Number(port || 443))) return false
      return asked === name || asked.endsWith(`.${name}`)
    })
}

function parseEntry(entry: string): { name: string; port: string | undefined } {
  const [, name, port] = /^(?:\*?\.)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? []
  // An IPv6 address without brackets is full of colons and has no port.
  return { name: (name ?? entry).replace(/^\[|\]$/g, ''), port }
}
