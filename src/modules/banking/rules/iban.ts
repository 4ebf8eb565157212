/** Whether the text is an IBAN with the right check digits (ISO 13616, ISO 7064 mod 97-10), written without spaces. */
export function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false;
  const digits = [...`${text.slice(4)}${text.slice(0, 4)}`].map((character) =>
    Number.parseInt(character, 36),
  );
  const remainder = digits.reduce((rest, value) => (rest * (value > 9 ? 100 : 10) + value) % 97, 0);
  return remainder === 1;
}
