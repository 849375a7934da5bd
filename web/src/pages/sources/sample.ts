import { queryOptions } from '@tanstack/react-query';
import { send } from '@/api/client';
import type { Dict, Json } from '@/kit/form/schema';

interface Described {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { example?: Json }> } }>>;
  components: { schemas: { Lead?: { properties?: Record<string, Dict>; required?: string[] } } };
}

export interface FieldOf {
  name: string;
  isRequired: boolean;
  isPinged: boolean;
  rule: string;
  example: string;
}

/** What a seller is told of a source: the fields, and a lead as he would send it. */
export function describedQuery(source: string) {
  return queryOptions({
    queryKey: ['described', source],
    queryFn: async () => {
      const { body } = await send<Described>('GET', `/v1/sources/${source}/instructions`, { query: { as: 'openapi' } });
      const example = (exampleOf(body, '/v1/leads') ?? {}) as Dict;
      const pinged = Object.keys((exampleOf(body, '/v1/pings') ?? {}) as Dict);
      const lead = body.components.schemas.Lead ?? {};
      const fields: FieldOf[] = Object.entries(lead.properties ?? {}).map(([name, schema]) => ({
        name,
        isRequired: lead.required?.includes(name) ?? false,
        isPinged: pinged.includes(name),
        rule: String(schema.description ?? schema.type ?? ''),
        example: String(example[name] ?? ''),
      }));
      return { fields, example };
    },
  });
}

function exampleOf(body: Described, path: string): Json | undefined {
  const content = body.paths[path]?.post?.requestBody?.content ?? {};
  return Object.values(content)[0]?.example;
}
