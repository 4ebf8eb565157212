/** What a reader sees of the HTML part. */
export const shown = (html: string) =>
  html
    .replace(/<(head|style|title)[\s\S]*?<\/\1>/g, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<strong>(.*?)<\/strong>/g, '$1')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#160;|&nbsp;|\u00a0/g, ' ')
    .replace(/\s+/g, ' ');

/** A text in one line, as people read it. */
export const read = (text: string) => text.replace(/\s+/g, ' ');
