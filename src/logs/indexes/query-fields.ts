import { commandsOf } from '../query-language/query-pipeline.js';
import { isSymbol, isWord, type QueryLanguage, tokenize } from '../query-language/query-tokens.js';
import type { FieldUse } from './field-uses.js';
import { pipelineFields } from './pipeline-fields.js';
import { sqlFields } from './sql-fields.js';

/** The longest query there is (StartQuery). */
const MAX_LENGTH = 10_000;

/**
 * The fields of the log that a query reads, each with its strongest use. Never throws and takes time linear in the
 * text; of a text that is no query it says something harmless.
 * @param language as AWS tells it; found from the text where it does not
 */
export function queryFields(query: string, language?: QueryLanguage): ReadonlyMap<string, FieldUse> {
  const text = query.slice(0, MAX_LENGTH);
  const spoken = language ?? languageOf(text);
  const tokens = tokenize(text, spoken);
  return (spoken === 'SQL' ? sqlFields(tokens) : pipelineFields(tokens)).all;
}

function languageOf(query: string): QueryLanguage {
  const tokens = tokenize(query, 'CWLI');
  const [first, second] = tokens;
  if (isWord(first, 'select') || isWord(first, 'with')) return 'SQL';
  if (isWord(first, 'search') || (isWord(first, 'source') && isSymbol(second, '='))) return 'PPL';
  const names = new Set(commandsOf(tokens).map(({ name }) => name));
  return names.has('where') && !names.has('filter') ? 'PPL' : 'CWLI';
}
