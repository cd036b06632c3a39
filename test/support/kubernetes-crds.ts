import { z } from 'zod';

const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: labels.optional(),
  annotations: labels.optional(),
});
const seconds = z.string().regex(/^(\d+h)?(\d+m)?(\d+s)?$/);

/** What the operators' own kinds may hold, no more than the manifests use of them, by apiVersion and kind. */
export const CUSTOM_KINDS: Readonly<Record<string, z.ZodType>> = {
  'external-secrets.io/v1 ExternalSecret': z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata,
    spec: z.strictObject({
      refreshInterval: seconds,
      secretStoreRef: z.strictObject({ kind: z.enum(['SecretStore', 'ClusterSecretStore']), name: z.string() }),
      target: z.strictObject({ name: z.string(), creationPolicy: z.enum(['Owner', 'Orphan', 'Merge', 'None']) }),
      data: z
        .array(
          z.strictObject({
            secretKey: z.string(),
            remoteRef: z.strictObject({ key: z.string(), property: z.string().optional() }),
          }),
        )
        .min(1),
    }),
  }),
  'monitoring.coreos.com/v1 ServiceMonitor': z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata,
    spec: z.strictObject({
      selector: z.strictObject({ matchLabels: labels }),
      endpoints: z
        .array(z.strictObject({ port: z.string(), path: z.string().startsWith('/'), interval: seconds }))
        .min(1),
    }),
  }),
  'monitoring.coreos.com/v1 PrometheusRule': z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata,
    spec: z.strictObject({
      groups: z
        .array(
          z.strictObject({
            name: z.string(),
            rules: z
              .array(
                z.strictObject({
                  alert: z.string(),
                  expr: z.string(),
                  for: seconds.optional(),
                  labels: labels.optional(),
                  annotations: labels.optional(),
                }),
              )
              .min(1),
          }),
        )
        .min(1),
    }),
  }),
};
