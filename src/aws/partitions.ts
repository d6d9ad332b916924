/** The parts AWS is split into: how their regions begin, and one region of each where STS always answers. */
const partitions = [
  { name: 'aws-cn', prefix: 'cn-', region: 'cn-north-1' },
  { name: 'aws-us-gov', prefix: 'us-gov-', region: 'us-gov-west-1' },
  { name: 'aws-iso-b', prefix: 'us-isob-', region: 'us-isob-east-1' },
  { name: 'aws-iso-e', prefix: 'eu-isoe-', region: 'eu-isoe-west-1' },
  { name: 'aws-iso-f', prefix: 'us-isof-', region: 'us-isof-south-1' },
  { name: 'aws-iso', prefix: 'us-iso-', region: 'us-iso-east-1' },
  { name: 'aws-eusc', prefix: 'eusc-', region: 'eusc-de-east-1' },
  { name: 'aws', prefix: '', region: 'us-east-1' },
] as const

type Partition = (typeof partitions)[number]['name']

/** The partition that a region is in. */
export function partitionOfRegion(region: string): Partition {
  return partitions.find(({ prefix }) => region.startsWith(prefix))?.name ?? 'aws'
}

/** The partition that an ARN names; undefined for what is no ARN, such as a hardware device's serial number. */
export function partitionOfArn(arn: string): string | undefined {
  return /^arn:([^:]+):/.exec(arn)?.[1]
}

/** The region to ask where none is configured. */
export function defaultRegion(partition: string | undefined): string {
  return partitions.find(({ name }) => name === partition)?.region ?? 'us-east-1'
}
