import { InvalidInput } from '../errors.js';

// White space and comments, which run from # to the end of the line.
const GAP = '(?:\\s|#[^\\n]*\\n)';
const SOURCE = new RegExp(`(?:^|\\|)${GAP}*source${GAP}+[a-z]+${GAP}*\\(|\\bsource${GAP}+logGroups\\b`, 'i');
const UNMASK = new RegExp(`\\bunmask${GAP}*\\(`, 'i');

/**
 * SECURITY: `SOURCE` would add log groups beyond those the call names, and `unmask()` would lift a data protection
 * policy. Quoted text is searched too: better to refuse a rare literal than to be led past by a quote.
 * @throws InvalidInput naming `query_string`
 */
export function checkQueryText(query: string): void {
  if (SOURCE.test(query)) {
    throw new InvalidInput(
      'query_string',
      'must not use SOURCE; name the log groups in log_group_names or log_group_identifiers',
      'query_source',
    );
  }
  if (UNMASK.test(query)) {
    throw new InvalidInput('query_string', 'must not use unmask(); masked data stays masked here', 'unmask');
  }
}
