import { LOGISTICS_ACCOUNT, SHOP_ACCOUNT } from '../scenario-accounts.js';

/** What an account calls its infrastructure; metrics and alarms use the same names. */
export interface ResourceNames {
  readonly cluster: string;
  readonly loadBalancer: string;
  readonly database: string;
  /** SNS topic that alarms notify. */
  readonly topic: string;
  targetGroup(service: string): string;
}

/** The names by account id. */
export const NAMES: Readonly<Record<string, ResourceNames>> = {
  [SHOP_ACCOUNT]: {
    cluster: 'shop-prod',
    loadBalancer: 'app/shop-prod/50dc6c495c0c9188',
    database: 'shop-orders',
    topic: 'shop-on-call',
    targetGroup: (service) => `targetgroup/shop-${service}/6d0ecf831eec9f09`,
  },
  [LOGISTICS_ACCOUNT]: {
    cluster: 'logistics-prod',
    loadBalancer: 'app/logistics-prod/7a12bc44e5d60f31',
    database: 'logistics-parcels',
    topic: 'logistics-on-call',
    targetGroup: (service) => `targetgroup/logistics-${service}/943f017f100becff`,
  },
};
