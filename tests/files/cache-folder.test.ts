import { describe, expect, it } from 'vitest'
import { findCacheFolder } from '../../src/files/cache-folder.ts'
import type { Environment } from '../../src/surroundings.ts'

describe('the cache folder', () => {
  const cases: [
    platform: NodeJS.Platform,
    environment: Environment,
    home: string | undefined,
    path?: string,
  ][] = [
    ['linux', {}, '/home/u', '/home/u/.cache/aws-mfa-env'],
    ['freebsd', {}, '/home/u', '/home/u/.cache/aws-mfa-env'],
    ['linux', { XDG_CACHE_HOME: '/c' }, '/home/u', '/c/aws-mfa-env'],
    ['linux', { XDG_CACHE_HOME: '/c' }, undefined, '/c/aws-mfa-env'],
    ['linux', { XDG_CACHE_HOME: '' }, '/home/u', '/home/u/.cache/aws-mfa-env'],
    ['linux', { XDG_CACHE_HOME: 'c' }, '/home/u', '/home/u/.cache/aws-mfa-env'],
    ['linux', { XDG_CACHE_HOME: 'c' }, undefined],
    ['linux', { LOCALAPPDATA: 'C:\\L' }, undefined],
    ['linux', {}, undefined],
    ['linux', {}, 'u'],
    ['darwin', {}, '/Users/u', '/Users/u/Library/Caches/aws-mfa-env'],
    ['darwin', { XDG_CACHE_HOME: '/c' }, '/Users/u', '/c/aws-mfa-env'],
    ['win32', { LOCALAPPDATA: 'C:\\L' }, 'C:\\u', 'C:\\L\\aws-mfa-env'],
    ['win32', { LOCALAPPDATA: 'C:\\L', XDG_CACHE_HOME: 'D:/c' }, 'C:\\u', 'D:\\c\\aws-mfa-env'],
    ['win32', { LOCALAPPDATA: 'L' }, 'C:\\u', 'C:\\u\\AppData\\Local\\aws-mfa-env'],
    ['win32', {}, 'C:\\u', 'C:\\u\\AppData\\Local\\aws-mfa-env'],
    ['win32', {}, undefined],
  ]
  it.each(cases)('on %s with %j and the home %s', (platform, environment, home, path) => {
    expect(findCacheFolder({ platform, environment, homeFolder: () => home })).toBe(path)
  })
})
