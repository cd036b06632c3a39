/** `npm run test:rows`: as often as a row of the matrix says; else as often as takes a second or two. */
export const rows = (whole: number, few: number): number => (process.env['ROWS'] === 'whole' ? whole : few);
