/** The parts of nouns that are plugins: by which key, and of which kind. */
export const PLUGINS: Record<string, string> = { delivery: 'deliveries', method: 'methods', intake: 'intakes' };

/** Lists whose rows are plugins: which kind, and what the plugin is called in a row. */
export const LISTED: Record<string, [string, 'plugin' | 'type']> = {
  checks: ['validators', 'plugin'],
  enrichers: ['enrichers', 'plugin'],
  fields: ['fields', 'type'],
};

/** The parts that are filters. */
export const FILTERS = ['filter', 'when', 'require'];
