/** Such as `20 minutes behind`, from the milliseconds that AWS's clock is ahead of this computer's. */
export function describeOffset(offset: number | undefined): string {
  if (offset === undefined) return 'wrong'
  const minutes = Math.round(Math.abs(offset) / 60_000)
  return `${minutes} minute${minutes === 1 ? '' : 's'} ${offset > 0 ? 'behind' : 'ahead'}`
}
