import type { Given } from './cloudformation.js';

/** The three parameters without which the quick start is not deployed. */
export const QUICK_START: Given = {
  Environment: 'prod',
  ACMCertificateArn: 'arn:aws:acm:us-east-1:999999999999:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  APIKeys: `ci:sha256:${'0123456789abcdef'.repeat(4)}`,
};

/** The service alone, in a network that exists. */
export const SERVICE: Given = {
  ...QUICK_START,
  Environment: 'beta',
  VpcId: 'vpc-0a1b2c3d',
  PublicSubnets: 'subnet-0a,subnet-0b',
  PrivateSubnets: 'subnet-0c,subnet-0d',
  BalancerCidrs: '10.9.0.0/24,10.9.1.0/24',
  RoleArn: 'arn:aws:iam::111111111111:role/CloudWatchReader',
};
