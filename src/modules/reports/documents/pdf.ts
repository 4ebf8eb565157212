import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import { withoutDirectionControls } from '../../../kernel/foreign-text.ts';

const require = createRequire(import.meta.url);

/** Points; the paper is A4. */
const MARGIN = 40;
const FOOTER = 28;
const PADDING = 3;
const SIZE = 8;
const GREY = '#555555';

const fonts = {
  regular: 'DejaVuSans.ttf',
  bold: 'DejaVuSans-Bold.ttf',
} as const;
type Face = keyof typeof fonts;

/** The fonts' files, read once: DejaVu has Latin, Greek, Cyrillic and more; what it lacks is shown as a box. */
const files = new Map<Face, Buffer>();
function fontOf(face: Face): Buffer {
  const file = files.get(face) ?? readFileSync(require.resolve(`dejavu-fonts-ttf/ttf/${fonts[face]}`));
  files.set(face, file);
  return file;
}

/** A column of a table; the widths of a table are shares of the whole. */
export type Column = { head: string; width: number; align?: 'left' | 'right' };
export type Row = { cells: readonly string[]; face?: Face };
type TextStyle = { size?: number; face?: Face; colour?: string; gap?: number };

/**
 * A tagged PDF (ISO 32000-1, 14.8) that is written from top to bottom. Making one takes the processor for seconds: it is
 * done in a thread (documents.ts).
 */
export type Pdf = {
  heading(level: 1 | 2, text: string): void;
  paragraph(text: string, style?: TextStyle): void;
  /** A table whose head is repeated on each page. */
  table(columns: readonly Column[], rows: readonly Row[]): void;
  /** Ends the document, with a line at the foot of each page. */
  finish(footer: { left: string; right: (page: number, pages: number) => string }): Promise<Buffer>;
};

/** @param lang a language tag, for screen readers */
export function createPdf({ title, author, lang }: { title: string; author: string; lang: string }): Pdf {
  const doc = new PDFDocument({
    size: 'A4',
    margin: 0,
    pdfVersion: '1.7',
    subset: 'PDF/UA' as never,
    tagged: true,
    displayTitle: true,
    lang,
    bufferPages: true,
    info: { Title: visible(title), Author: visible(author) },
    // None of the built-in fonts: they are not embedded.
    font: '',
  });
  escapeMetadata(doc);
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => doc.once('end', resolve).once('error', reject));
  for (const face of Object.keys(fonts) as Face[]) doc.registerFont(face, fontOf(face));

  const width = doc.page.width - 2 * MARGIN;
  const bottom = doc.page.height - MARGIN - FOOTER;
  const root = doc.struct('Document');
  doc.addStructure(root);
  let y = MARGIN;

  function artifact(draw: () => void): void {
    doc.markContent('Artifact', { type: 'Layout' });
    draw();
    doc.endMarkedContent();
  }

  function roomFor(height: number): boolean {
    if (y + height <= bottom) return true;
    doc.addPage();
    y = MARGIN;
    return false;
  }

  function write(tag: string, text: string, style: TextStyle = {}): void {
    const { size = SIZE + 1, face = 'regular', colour = 'black', gap = 4 } = style;
    const content = visible(text);
    doc.font(face).fontSize(size);
    const height = doc.heightOfString(content, { width });
    roomFor(height);
    root.add(
      doc.struct(tag, {}, [
        () => {
          doc.fillColor(colour).text(content, MARGIN, y, { width });
        },
      ]),
    );
    y += height + gap;
  }

  return {
    heading(level, text) {
      if (level === 2) {
        y += 8;
        // A heading stays on one page with the text that follows.
        roomFor(70);
      }
      write(`H${level}`, text, { size: level === 1 ? 18 : 11, face: 'bold', gap: 5 });
    },
    paragraph: (text, style) => write('P', text, style),

    table(columns, rows) {
      const share = width / columns.reduce((sum, column) => sum + column.width, 0);
      const places: { x: number; width: number; align: 'left' | 'right' }[] = [];
      let x = MARGIN;
      for (const { width: part, align = 'left' } of columns) {
        places.push({ x: x + PADDING, width: part * share - 2 * PADDING, align });
        x += part * share;
      }
      const table = doc.struct('Table');
      root.add(table);

      const heightOf = ({ cells, face = 'regular' }: Row): number => {
        doc.font(face).fontSize(SIZE);
        const heights = cells.map((text, place) => doc.heightOfString(text, { width: places[place]!.width }));
        return Math.max(...heights) + 2 * PADDING;
      };
      const cell = (text: string, place: number): void => {
        const { x, ...options } = places[place]!;
        doc.text(text, x, y + PADDING, options);
      };
      const rule = (colour: string): void =>
        artifact(() => {
          doc
            .moveTo(MARGIN, y)
            .lineTo(MARGIN + width, y)
            .lineWidth(0.5)
            .strokeColor(colour)
            .stroke();
        });
      const put = (row: Row, height: number, tag: 'TH' | 'TD'): void => {
        const line = doc.struct('TR');
        table.add(line);
        row.cells.forEach((text, place) => {
          doc
            .font(row.face ?? 'regular')
            .fontSize(SIZE)
            .fillColor('black');
          // The types lack `scope`.
          const options: object = tag === 'TH' ? { scope: 'Column' } : {};
          line.add(doc.struct(tag, options, [() => cell(text, place)]));
        });
        line.end();
        y += height;
        rule(tag === 'TH' ? 'black' : '#cccccc');
      };

      const head: Row = { cells: columns.map((column) => visible(column.head)), face: 'bold' };
      const headHeight = heightOf(head);
      roomFor(headHeight + 40);
      put(head, headHeight, 'TH');
      for (const { cells, face = 'regular' } of rows) {
        const row = { cells: cells.map(visible), face };
        const height = heightOf(row);
        if (!roomFor(height)) {
          // An artifact: screen readers read the header only once.
          artifact(() => {
            doc.font('bold').fontSize(SIZE).fillColor('black');
            head.cells.forEach(cell);
          });
          y += headHeight;
          rule('black');
        }
        put(row, height, 'TD');
      }
      table.end();
      y += 8;
    },

    async finish({ left, right }) {
      root.end();
      const { start, count } = doc.bufferedPageRange();
      for (let page = start; page < start + count; page++) {
        doc.switchToPage(page);
        artifact(() => {
          const text = visible(right(page + 1, count));
          const y = doc.page.height - MARGIN;
          doc
            .font('regular')
            .fontSize(SIZE - 1)
            .fillColor(GREY);
          const aside = doc.widthOfString(text);
          doc.text(visible(left), MARGIN, y, { width: width - aside - 10, height: SIZE, ellipsis: true });
          doc.text(text, MARGIN + width - aside, y, { lineBreak: false });
        });
      }
      doc.end();
      await ended;
      return Buffer.concat(chunks);
    },
  };
}

/** pdfkit 0.20 writes title and author into its XML metadata as they are; its information dictionary is done by then. */
function escapeMetadata(doc: PDFKit.PDFDocument): void {
  const endMetadata = doc.endMetadata.bind(doc);
  doc.endMetadata = () => {
    for (const key of ['Title', 'Author'] as const)
      doc.info[key] = doc.info[key]?.replace(/[&<>]/g, (sign) => `&#${sign.codePointAt(0)};`);
    endMetadata();
  };
}

/**
 * The text without what cannot be shown: control characters, also those of its direction, unpaired surrogates, codes
 * that are not characters.
 */
const visible = (text: string): string =>
  withoutDirectionControls(text).replace(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu, ' ');
