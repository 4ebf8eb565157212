import { describe, expect, it } from 'vitest';
import { linesOf, read } from './reading.ts';

/*
 * The bank's statement by ISO 20022, in the shapes of its versions and of the Italian envelope; everything in it is
 * invented.
 */

const IBAN = 'IT60X0542811101000000123456';
const statement = (version: string, entries: string, account = IBAN) =>
  Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-26T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><IBAN>${account}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-25</Dt></Dt></Bal>
${entries}</Stmt></BkToCstmrStmt></Document>`);

const oldEntry = `<Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">1220.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><ValDt><Dt>2026-11-19</Dt></ValDt><AcctSvcrRef>2026112000001</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>E2E-77</EndToEndId></Refs>
<RltdPties><Dbtr><Nm>Alfa Ricambi S.r.l.</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>Rechnung</Ustrd><Ustrd>FT-88572</Ustrd></RmtInf></TxDtls></NtryDtls><AddtlNtryInf>SEPA-GUTSCHRIFT</AddtlNtryInf></Ntry>`;
const newEntry = oldEntry
  .replace('<Sts>BOOK</Sts>', '<Sts><Cd>BOOK</Cd></Sts>')
  .replace('<Nm>Alfa Ricambi S.r.l.</Nm>', '<Pty><Nm>Alfa Ricambi S.r.l.</Nm></Pty>')
  .replace('<BookgDt><Dt>2026-11-20</Dt>', '<BookgDt><DtTm>2026-11-20T00:30:00+01:00</DtTm>');

describe('a statement in CAMT.053', () => {
  it.each([
    ['02', oldEntry],
    ['03', oldEntry],
    ['04', oldEntry],
    ['06', oldEntry],
    ['08', newEntry],
    ['10', newEntry],
  ])('of version .%s is read without a mapping', async (version, entry) => {
    const found = await read(statement(version, entry));
    expect(found.analysis).toMatchObject({
      ...{ format: 'camt.053', version: `camt.053.001.${version}`, questions: [], mapping: null },
      bookedThrough: { [IBAN]: '2026-11-25' },
    });
    expect(linesOf(found)).toEqual([
      {
        ...{ account: IBAN, bookedOn: '2026-11-20', valueOn: '2026-11-19', amount: 122000, currency: 'EUR' },
        ...{ direction: 'credit', status: 'booked', returned: null, fee: null },
        reference: 'Rechnung FT-88572 E2E-77 SEPA-GUTSCHRIFT',
        ...{
          payer: 'Alfa Ricambi S.r.l.',
          payerIban: 'DE89370400440532013000',
          bankReference: '2026112000001',
        },
      },
    ]);
  });

  it('may have prefixes, other encodings, and no decimals', async () => {
    const xml = statement('08', newEntry.replace('1220.00', '1220').replace('Alfa', 'Müller')).toString();
    const prefixed = xml.replace(/<(\/?)([A-Z])/g, '<$1ns2:$2').replace('xmlns=', 'xmlns:ns2=');
    const latin = Buffer.from(prefixed.replace('UTF-8', 'ISO-8859-1'), 'latin1');
    expect(linesOf(await read(latin))).toMatchObject([{ amount: 122000, payer: 'Müller Ricambi S.r.l.' }]);
    const utf16 = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(xml.replace('UTF-8', 'UTF-16'), 'utf16le'),
    ]);
    expect(linesOf(await read(utf16))).toMatchObject([{ amount: 122000 }]);
  });

  it('in the envelope of the Italian CBI is the same, with the text where Italian banks write it', async () => {
    const xml = `<ns4:CBIBdyBkToCstmrStmtReq xmlns:ns4="urn:CBI:xsd:CBIBdyBkToCstmrStmtReq.00.01.02" xmlns:ns3="urn:CBI:xsd:CBIBkToCstmrStmtReqLogMsg.00.01.02" xmlns:ns5="urn:CBI:xsd:CBIDlyStmtReqLogMsg.00.01.02">
<ns4:CBIEnvelBkToCstmrStmtReqLogMsg><ns4:CBIBkToCstmrStmtReqLogMsg><ns3:CBIDlyStmtReqLogMsg>
<ns5:Stmt><ns5:Acct><ns5:Id><ns5:IBAN>${IBAN}</ns5:IBAN></ns5:Id></ns5:Acct>
<ns5:Ntry><ns5:NtryRef>R1</ns5:NtryRef><ns5:Amt Ccy="EUR">1220.00</ns5:Amt><ns5:CdtDbtInd>CRDT</ns5:CdtDbtInd><ns5:Sts>BOOK</ns5:Sts><ns5:BookgDt><ns5:Dt>2026-11-20+01:00</ns5:Dt></ns5:BookgDt>
<ns5:BkTxCd><ns5:Prtry><ns5:Cd>48//00</ns5:Cd></ns5:Prtry></ns5:BkTxCd>
<ns5:NtryDtls><ns5:TxDtls><ns5:RltdPties><ns5:InitgPty><ns5:Nm>ALFA RICAMBI</ns5:Nm></ns5:InitgPty></ns5:RltdPties><ns5:AddtlTxInf>Bonifico a vs favore *FT-88572</ns5:AddtlTxInf></ns5:TxDtls></ns5:NtryDtls></ns5:Ntry></ns5:Stmt>
</ns3:CBIDlyStmtReqLogMsg></ns4:CBIBkToCstmrStmtReqLogMsg></ns4:CBIEnvelBkToCstmrStmtReqLogMsg></ns4:CBIBdyBkToCstmrStmtReq>`;
    const found = await read(Buffer.from(xml));
    expect(linesOf(found)).toMatchObject([
      {
        valueOn: '2026-11-20',
        payer: 'ALFA RICAMBI',
        reference: 'Bonifico a vs favore *FT-88572',
        account: IBAN,
      },
    ]);
  });

  it('with several transactions in one entry has a line for each, if their amounts add up to it', async () => {
    const part = (amount: string, number: string) =>
      `<TxDtls><Refs><AcctSvcrRef>PART-${number}</AcctSvcrRef></Refs><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd><Ustrd>SO-${number}</Ustrd></RmtInf></TxDtls>`;
    const batch = (one: string, two: string) =>
      `<Ntry><Amt Ccy="EUR">300.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>
<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>${part(one, '1')}${part(two, '2')}</NtryDtls></Ntry>`;
    const lines = linesOf(await read(statement('08', batch('100.00', '200.00'))));
    expect(lines.map(({ amount, bankReference }) => [amount, bankReference])).toEqual([
      [10000, 'PART-1'],
      [20000, 'PART-2'],
    ]);
    expect(lines[0]!.reference).toContain('RF18539007547034');
    expect(linesOf(await read(statement('08', batch('100.00', '100.00'))))).toMatchObject([
      { amount: 30000, payer: '' },
    ]);
  });

  it('says what came back and why, with the bank’s fee, and what is not booked yet', async () => {
    const entry = (inside: string, sts = 'BOOK', side = 'DBIT') =>
      `<Ntry><Amt Ccy="EUR">1224.50</Amt><CdtDbtInd>${side}</CdtDbtInd>${inside.includes('RvslInd') ? '<RvslInd>true</RvslInd>' : ''}<Sts><Cd>${sts}</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>
<NtryDtls><TxDtls>${inside}</TxDtls></NtryDtls></Ntry>`;
    const parties = `<RltdPties><Dbtr><Pty><Nm>Alfa Ricambi</Nm></Pty></Dbtr><Cdtr><Pty><Nm>Torchio</Nm></Pty></Cdtr><CdtrAcct><Id><IBAN>${IBAN}</IBAN></Id></CdtrAcct></RltdPties>`;
    const rtr = `<AmtDtls><InstdAmt><Amt Ccy="EUR">1220.00</Amt></InstdAmt></AmtDtls>${parties}<RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf>`;
    const charged = `${parties}<Chrgs><Rcrd><Amt Ccy="EUR">4.50</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs><RtrInf><Rsn><Prtry>INSOLUTO</Prtry></Rsn></RtrInf>`;
    const lines = linesOf(
      await read(
        statement(
          '08',
          [entry(rtr), entry(charged), entry('<!-- RvslInd -->'), entry('', 'PDNG', 'CRDT'), entry('')].join(
            '',
          ),
        ),
      ),
    );
    expect(lines).toMatchObject([
      { direction: 'debit', returned: 'AM04', fee: 450, payer: 'Alfa Ricambi' },
      { direction: 'debit', returned: 'INSOLUTO', fee: 450, payer: 'Alfa Ricambi' },
      { direction: 'debit', returned: 'reversal' },
      { direction: 'credit', status: 'pending' },
      { direction: 'debit', returned: null },
    ]);
  });

  it('with a damaged entry has all the others; one without entries has none', async () => {
    const wrong = [
      oldEntry.replace('1220.00', '12,20'),
      oldEntry.replace('Ccy="EUR"', ''),
      oldEntry.replace('<Sts>BOOK</Sts>', '<Sts>WHAT</Sts>'),
      oldEntry.replace('CRDT', 'BOTH'),
      oldEntry.replace('1220.00', '1220.005'),
      oldEntry.replaceAll('2026-11', '2026-13'),
      oldEntry.replaceAll('2026-11-20', '2027-01-20'),
    ];
    const found = await read(statement('02', [...wrong, oldEntry].join('')));
    expect(linesOf(found)).toHaveLength(1);
    expect(found.analysis.counts.rejected).toEqual({ 'not-readable': 6, 'day-in-the-future': 1 });
    const empty = await read(statement('02', ''));
    expect(empty.analysis).toMatchObject({ counts: { credits: 0 }, bookedThrough: { [IBAN]: '2026-11-25' } });
  });

  it('has no entities of its own: a document type is refused, and nothing is loaded or expanded', async () => {
    const evil = statement('02', oldEntry)
      .toString()
      .replace('<Document', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document')
      .replace('FT-88572', '&a;');
    await expect(read(Buffer.from(evil))).rejects.toThrow('DOCTYPE');
    const deep = Buffer.from(`<Document><BkToCstmrStmt>${'<a>'.repeat(100)}`);
    await expect(read(deep)).rejects.toThrow('nested');
    const cut = statement('02', oldEntry).subarray(0, 900);
    await expect(read(cut)).rejects.toThrow('XML');
  });
});
