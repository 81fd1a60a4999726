/*
 * What a board's rows look like when they are copied. Strangers' strings are escaped for spreadsheets, Markdown and LaTeX.
 */

/**
 * @typedef {Record<string, any>} Row a row of the board's JSON; its published schema says what it has
 * @typedef {Record<string, any> & {rows: Row[]}} Results that JSON
 * @typedef {(board: Results, rows: Row[], page: (row: Row) => string) => string} Format
 */

/** The columns of a copied CSV, those of the board's own. */
const FIELDS = [
  ..."rank within_noise record entry title authors techniques verdict reason score lowest highest rounds gap".split(" "),
  ..."fit_loss fit_accuracy heldout_loss heldout_accuracy seconds joules joules_at_most memory_gib".split(" "),
  ..."recorded_at attempt page".split(" "),
];

/** @param {Row} row @param {string} name one of the fields */
function value(row, name) {
  const [, measure, part] = /^(fit|heldout)_(.*)$/.exec(name) ?? [];
  const found = measure ? row[measure]?.[part] : row[name];
  if (Array.isArray(found)) return found.join("; ");
  return typeof found === "boolean" ? Number(found) : found;
}

/** RFC 4180. A spreadsheet takes text that begins like a formula for one; an apostrophe stops it. @param {unknown} value */
function csvCell(value) {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @type {Format} */
function csv(_board, rows) {
  const lines = rows.map((row) => FIELDS.map((name) => value(row, name)));
  return [FIELDS, ...lines].map((line) => line.map(csvCell).join(",") + "\r\n").join("");
}

/** @param {string} text */
function markdownCell(text) {
  const escaped = text.replace(/[\\`*_[\]|~]|:(?=\/\/)|(?<=www)\./gi, "\\$&").replace(/[\r\n]+/g, " ");
  return escaped.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** @type {Format} */
function markdown(board, rows, page) {
  const heads = ["#", "entry", "by", board.score.name, "gap", "fit", "held-out", "time", "energy", "verdict", "date"];
  const lines = rows.map((row) => {
    const { score, gap, fit, heldout, seconds, joules, date } = row.shown;
    const cells = [row.authors.join(", "), score, gap, fit, heldout, seconds, joules, row.verdict, date].map(markdownCell);
    return [row.rank ?? "", `[${markdownCell(row.title)}](<${page(row)}>)`, ...cells];
  });
  const all = [heads.map(markdownCell), heads.map(() => "---"), ...lines];
  return all.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

// BibTeX counts braces, escaped ones too.
/** @type {Record<string, string>} */
const LATEX = {
  "\\": "backslash",
  "{": "braceleft",
  "}": "braceright",
  "~": "asciitilde",
  "^": "asciicircum",
  "<": "less",
  ">": "greater",
};

/** @param {string} text */
function latex(text) {
  const escaped = text.replace(/[\\{}~^<>#$%&_]/g, (one) => (LATEX[one] ? `\\text${LATEX[one]}{}` : `\\${one}`));
  return escaped.replace(/[\r\n]+/g, " ");
}

/** @type {Format} */
function bibtex(board, rows, page) {
  const cited = rows.map((row) => {
    const key = `mlgolf-${board.competition}-${row.entry}`.replace(/[^\w.:-]+/g, "-");
    const fields = {
      title: `{${latex(row.title)}}`,
      author: row.authors.map((/** @type {string} */ author) => `{${latex(author)}}`).join(" and "),
      year: latex(row.recorded_at.slice(0, 4)),
      howpublished: latex(`ML Golf, ${board.competition}, ${board.class}`),
      note: latex(row.rank ? `${board.score.name} ${row.shown.score}` : row.verdict),
      url: page(row),
    };
    return `@misc{${key},\n${Object.entries(fields).map(([name, text]) => `  ${name} = {${text}},\n`).join("")}}\n`;
  });
  return cited.join("\n");
}

/** @type {Record<string, Format>} */
export const FORMATS = {
  CSV: csv,
  JSON: (board, rows) => JSON.stringify({ ...board, rows }, null, 2),
  Markdown: markdown,
  BibTeX: bibtex,
};
