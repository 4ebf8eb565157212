/** What an admin should know before demanding what is not due yet; a warning refuses nothing. */
export const demandWarnings: readonly string[] = [
  'Demanding what is not due yet must be allowed by the contract or by law: under art. 1186 of the Italian civil code (decadenza dal termine) the debtor must have become insolvent, have reduced the securities given, or not have given those promised.',
];
