import { parse } from 'yaml';
import { z } from 'zod';

const duration = z.string().regex(/^\d+(ms|s|m)$/);
const bytes = z.string().regex(/^\d+[kmg]$/);
const absolute = z.string().startsWith('/');

const healthcheck = z.strictObject({
  test: z.tuple([z.literal('CMD')], z.string()),
  interval: duration,
  timeout: duration,
  retries: z.number().int().positive(),
});

/** The fields of the Compose specification that are used here, and no other; `privileged` and its like are not. */
const service = z.strictObject({
  // A version, not `latest` by omission.
  image: z.string().regex(/^[\w./-]+:(?!latest$)[\w.-]+$/),
  build: z.string().optional(),
  profiles: z.array(z.string()).min(1).optional(),
  user: z.string().optional(),
  command: z.array(z.string()).optional(),
  env_file: z.array(z.strictObject({ path: z.string(), required: z.boolean() })).optional(),
  environment: z.record(z.string(), z.string().nullable()).optional(),
  ports: z.array(z.string().regex(/^((\d+\.){3}\d+:)?\d+(-\d+)?:\d+$/)).optional(),
  volumes: z.array(z.string().regex(/^[\w./-]+:\/[\w./-]+(:ro)?$/)).optional(),
  tmpfs: z.array(absolute).optional(),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.enum(['service_started', 'service_healthy']) }))
    .optional(),
  healthcheck: healthcheck.optional(),
  restart: z.enum(['no', 'unless-stopped']),
  stop_grace_period: duration.optional(),
  mem_limit: bytes,
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  cap_add: z.array(z.literal('NET_BIND_SERVICE')).optional(),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  networks: z.array(z.string()),
});

const file = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), service),
  networks: z.record(
    z.string(),
    z.strictObject({ ipam: z.strictObject({ config: z.array(z.strictObject({ subnet: z.cidrv4() })) }) }),
  ),
  volumes: z.record(z.string(), z.null()),
});

export type ComposeService = z.infer<typeof service>;
export type ComposeFile = z.infer<typeof file>;

/**
 * A Compose file as Compose reads it: merged, without its `x-` parts.
 * @throws Error naming every field that is unknown, missing or wrong, and every name that leads nowhere
 */
export function readCompose(text: string): ComposeFile {
  const whole = parse(text, { merge: true }) as Record<string, unknown>;
  const known = Object.fromEntries(Object.entries(whole).filter(([key]) => !key.startsWith('x-')));
  const parsed = file.parse(known);
  const dangling = danglingNames(parsed);
  if (dangling.length > 0) throw new Error(dangling.join('\n'));
  return parsed;
}

function danglingNames({ services, networks, volumes }: ComposeFile): string[] {
  return Object.entries(services).flatMap(([name, each]) => {
    const used = [
      ...each.networks.map((network) => [network, networks] as const),
      ...Object.keys(each.depends_on ?? {}).map((other) => [other, services] as const),
      ...(each.volumes ?? []).flatMap((volume) => {
        const [source = ''] = volume.split(':');
        return /^[./]/.test(source) ? [] : [[source, volumes] as const];
      }),
    ];
    return used.filter(([key, among]) => !(key in among)).map(([key]) => `services.${name}: there is no ${key}`);
  });
}
