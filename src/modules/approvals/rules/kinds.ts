/**
 * What a second person may have to approve, and what each kind is about: an order, one of the merchant's documents, or an
 * account of the merchant's.
 * What an approval does is in `deciders` of src/api/routes/approvals.ts.
 */
export const approvalAreas = {
  'write-off': 'order',
  'write-off-threshold': 'policy',
  'bank-account': 'bank-account',
} as const satisfies Record<string, 'order' | 'policy' | 'bank-account'>;

type Areas = typeof approvalAreas;
export type ApprovalKind = keyof Areas;
export const approvalKinds = Object.keys(approvalAreas) as [ApprovalKind, ...ApprovalKind[]];

/** The kinds about one area. */
export type KindAbout<Area extends Areas[ApprovalKind]> = {
  [Kind in ApprovalKind]: Areas[Kind] extends Area ? Kind : never;
}[ApprovalKind];

/** What an approval is about: "order/1042", "policy/settings". */
export type ApprovalSubject = `${Areas[ApprovalKind]}/${string}`;

type State = 'requested' | 'approved' | 'rejected';
type ApprovalAction<Of extends State> = {
  [Kind in ApprovalKind]: `${Areas[Kind]}.${Kind}.${Of}`;
}[ApprovalKind];

/** How the audit trail names what happened to an approval. */
export const approvalAction = <Of extends State>(kind: ApprovalKind, state: Of): ApprovalAction<Of> =>
  `${approvalAreas[kind]}.${kind}.${state}` as ApprovalAction<Of>;
