import { InvalidInput } from '../errors.js';
import type { QueryLanguage } from './query-language/query-tokens.js';

// White space and comments, which run from # to the end of the line.
const GAP = '(?:\\s|#[^\\n]*\\n)';
const SOURCE = new RegExp(
  `(?:^|[|(])${GAP}*source${GAP}+(?!in\\b|like\\b)[a-z]+${GAP}*\\(|\\bsource${GAP}+logGroups\\b`,
  'i',
);
const UNMASK = new RegExp(`\\bunmask${GAP}*\\(`, 'i');
// SQL and PPL have comments of several kinds, which may stand anywhere: the word itself is refused.
const UNMASK_WORD = /\bunmask\b/i;

/**
 * SECURITY: `SOURCE` would add log groups beyond those the call names, and `unmask()` would lift a data protection
 * policy. Quoted text is searched too: better to refuse a rare literal than to be led past by a quote. SQL and PPL name
 * their log groups in the text; those are `sourcesInText`'s business.
 * @throws InvalidInput naming `query_string`
 */
export function checkQueryText(query: string, language: QueryLanguage = 'CWLI'): void {
  if (language === 'CWLI' && SOURCE.test(query)) {
    throw new InvalidInput(
      'query_string',
      'must not use SOURCE; name the log groups in log_group_names or log_group_identifiers',
      'query_source',
    );
  }
  if ((language === 'CWLI' ? UNMASK : UNMASK_WORD).test(query)) {
    throw new InvalidInput('query_string', 'must not use unmask(); masked data stays masked here', 'unmask');
  }
}
