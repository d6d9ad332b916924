// GetCallerIdentity with whatever credentials the SDK for JavaScript finds: for machines without the AWS CLI.

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts')
const { UserId, Account, Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}))
console.log(JSON.stringify({ UserId, Account, Arn }, null, 4))
