"use strict";

/*
 * The controls of a board: sort, filter, permalink, copy, more rows; and a button for text that is to be copied. The page reads
 * without this script, which makes every control itself. The results come from the board's JSON, fetched when first needed.
 *
 * Strangers' strings become text nodes, form values and encoded parts of addresses. Nothing here parses HTML.
 */
{
  /**
   * @typedef {Record<string, any>} Row a row of the board's JSON; its published schema says what it has
   * @typedef {Record<string, any> & {rows: Row[]}} Results that JSON
   * @typedef {Record<string, string>} View what the reader asked for; a minus before the column of `sort`: descending
     */

  /** What writes copies stands beside this script, and is fetched when first needed. */
  const FORMATS = new URL("board-formats.js", /** @type {HTMLScriptElement} */ (document.currentScript).src).href;
  const FIRST = 50;
  const MORE = 200;
  /** Rows that the document holds before it asks: layout is what takes the time. */
  const MOST = 500;

  /** @type {View} */
  const NEUTRAL = { sort: "rank", find: "", technique: "", author: "", verdict: "" };

  /** What each select chooses from. @type {Record<string, (row: Row) => string[]>} */
  const CHOICES = {
    technique: (row) => row.techniques,
    author: (row) => row.authors,
    verdict: (row) => [row.verdict],
  };

  /** What each column is sorted by. Text goes by the alphabet. @type {Record<string, (row: Row) => any>} */
  const SORTED_BY = {
    rank: (row) => row.rank,
    title: (row) => row.title,
    score: (row) => row.score,
    gap: (row) => row.gap,
    fit: (row) => row.fit?.loss,
    heldout: (row) => row.heldout?.accuracy ?? row.heldout?.loss,
    seconds: (row) => row.seconds,
    joules: (row) => row.joules ?? row.joules_at_most,
    attempt: (row) => row.attempt,
    verdict: (row) => row.verdict,
    recorded_at: (row) => Date.parse(row.recorded_at),
  };

  // Elements

  /**
   * @param {string} tag
   * @param {Record<string, string>} [attributes]
   * @param {...(Node | string)} children a string becomes text
   * @returns {any} the element
   */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    element.append(...children);
    return element;
  }

  /** @param {string} text @param {() => void} act */
  function button(text, act) {
    const made = make("button", { type: "button" }, text);
    made.addEventListener("click", act);
    return made;
  }

  /** @param {string} text @param {string[]} [small] */
  function number(text, small = []) {
    const cell = make("td", { class: "golf-number" }, text);
    if (small.length) cell.append(make("small", {}, ...small.flatMap((part) => [make("span", {}, part), " "])));
    return cell;
  }

  /** @param {string} points of a polyline */
  function spark(points) {
    const [svg, line] = ["svg", "polyline"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    const frame = { class: "golf-sparkline", viewBox: "0 0 60 16", width: "60", height: "16", "aria-hidden": "true" };
    Object.entries(frame).forEach(([name, value]) => svg.setAttribute(name, value));
    line.setAttribute("points", points);
    svg.append(line);
    return svg;
  }

  /** @param {Row} row */
  function rank(row) {
    const cell = make("td", { class: "golf-rank" });
    if (row.rank) {
      const medal = row.rank < 4 ? row.rank : "on";
      cell.append(make("span", { class: `golf-place golf-place--${medal}` }, String(row.rank)));
    }
    if (row.within_noise) {
      cell.append(make("span", { class: "golf-noise", title: "within the noise of an entry one rank above" }, "≈"));
    }
    return cell;
  }

  /** The address of a player's page, as `addresses.player_page` has it. @param {string} handle */
  function player(handle) {
    const name = handle.toLowerCase();
    return `players/${name === "index" ? "index_" : encodeURIComponent(name)}/`;
  }

  /** @param {Row} row @param {Board} board */
  function entry(row, board) {
    const people = row.authors.flatMap((/** @type {string} */ author) => {
      return [", ", make("a", { href: board.root + player(author) }, make("bdi", {}, author))];
    });
    const box = make(
      "div",
      {},
      row.page
        ? make("a", { class: "golf-title", href: board.root + row.page }, make("bdi", {}, row.title))
        : make("bdi", { class: "golf-title" }, row.title),
      make("span", { class: "golf-by" }, make("code", {}, row.entry), " by ", ...people.slice(1)),
    );
    if (row.techniques.length) {
      const marks = row.techniques.map((/** @type {string} */ technique) => make("bdi", {}, technique));
      box.append(make("span", { class: "golf-techniques" }, ...marks));
    }
    return make("th", { scope: "row", class: "golf-entry" }, box);
  }

  /** @param {Row} row */
  function seconds(row) {
    const cell = number(row.shown.seconds);
    if (row.curve) cell.append(spark(row.curve));
    return cell;
  }

  /** @param {Row} row @param {Board} board */
  function verdict(row, board) {
    const word = row.verdict.replace(/[^a-z-]/g, "");
    const attributes = { class: `golf-verdict golf-verdict--${word}`, title: board.sentences.get(row.verdict) ?? "" };
    const cell = make("td", {}, make("span", attributes, row.verdict));
    if (row.reason) cell.append(make("bdi", { class: "golf-why" }, row.reason));
    return cell;
  }

  /** Copy, or show what is to be copied. @param {string} text @param {Element} near @returns whether it is copied */
  async function copy(text, near) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      hand(text, near);
      return false;
    }
  }

  /** Where the browser doesn't let a page copy. @param {string} text @param {Element} near */
  function hand(text, near) {
    const area = make("textarea", { readonly: "", rows: "12", "aria-label": "Text to copy" });
    area.value = text;
    const why = make("p", {}, "This browser does not let the page copy. The text is selected: copy it yourself.");
    const close = make("form", { method: "dialog" }, make("button", {}, "Close"));
    const dialog = make("dialog", { class: "golf-dialog", "aria-label": "Text to copy" }, why, area, close);
    dialog.addEventListener("close", () => dialog.remove());
    near.append(dialog);
    dialog.showModal();
    area.focus();
    area.select();
  }

  /** Give text a button that copies it. The theme's stand in landmarks without names. @param {Element} pre */
  function copyable(pre) {
    const text = pre.textContent ?? "";
    const found = pre.closest(".golf-copied");
    const box = found ?? make("div", { class: "golf-copied" });
    if (!found) {
      pre.replaceWith(box);
      box.append(pre);
    }
    pre.setAttribute("tabindex", "0"); // a long line scrolls by the keyboard too
    const said = make("span", { role: "status" });
    const made = button("Copy", async () => {
      said.textContent = (await copy(text, box)) ? "Copied" : "Select and copy";
    });
    box.append(make("div", { class: "golf-copy" }, made, said));
  }

  /** What stands in each column. @type {Record<string, (row: Row, board: Board) => HTMLElement>} */
  const CELLS = {
    rank,
    title: entry,
    score: (row) => number(row.shown.score, row.shown.spread),
    gap: (row) => number(row.shown.gap),
    fit: (row) => number(row.shown.fit),
    heldout: (row) => number(row.shown.heldout),
    seconds,
    joules: (row) => number(row.shown.joules),
    attempt: (row) => number(String(row.attempt)),
    verdict,
    recorded_at: (row) => make("td", { class: "golf-date" }, row.shown.date),
  };

  // Sorting and filtering

  /** Results with all that sorting and filtering need, worked out once. */
  class Index {
    /** @param {Results} board @param {string[]} columns */
    constructor(board, columns) {
      this.board = board;
      this.words = board.rows.map((row) =>
        [row.title, row.entry, ...row.authors, ...row.techniques].join("\n").toLowerCase(),
      );
      /** @type {Map<string, (number | null)[]>} */
      this.keys = new Map(columns.map((column) => [column, numbers(board.rows.map(SORTED_BY[column]))]));
      /** @type {Map<string, number[]>} */
      this.orders = new Map();
      this.counts = Object.fromEntries(Object.entries(CHOICES).map(([name, of]) => [name, counted(board.rows.map(of))]));
    }

    /** Places of the rows; equal ones by rank, missing values last either way. @param {string} sort */
    order(sort) {
      const known = this.orders.get(sort);
      if (known) return known;
      const [, minus, column] = /** @type {RegExpExecArray} */ (/^(-?)(.*)$/.exec(sort));
      const keys = this.keys.get(column) ?? [];
      const all = [...this.board.rows.keys()];
      const present = all.filter((place) => keys[place] !== null);
      const sign = minus ? -1 : 1;
      present.sort((a, b) => sign * (Number(keys[a]) - Number(keys[b])) || a - b);
      const order = [...present, ...all.filter((place) => keys[place] === null)];
      this.orders.set(sort, order);
      return order;
    }

    /** The rows that a view has, in its order. Only those that ranked, where nothing was asked for. @param {View} view */
    rows(view) {
      const { rows } = this.board;
      if (plain(view)) return rows.filter((row) => row.rank !== null);
      const words = view.find.toLowerCase().split(/\s+/);
      const chosen = Object.entries(CHOICES).filter(([name]) => view[name]);
      const kept = this.order(view.sort).filter(
        (place) =>
          words.every((word) => this.words[place].includes(word)) &&
          chosen.every(([name, of]) => of(rows[place]).includes(view[name])),
      );
      return kept.map((place) => rows[place]);
    }
  }

  /** Numbers as they are, texts by their place in the alphabet, what is neither as null. @param {any[]} values */
  function numbers(values) {
    const texts = [...new Set(values.filter((value) => typeof value === "string"))];
    const places = new Map(texts.sort(new Intl.Collator("en", { numeric: true }).compare).map((text, place) => [text, place]));
    return values.map((value) => places.get(value) ?? (Number.isFinite(value) ? value : null));
  }

  /** Each value with the number of rows that have it, most first. @param {string[][]} lists */
  function counted(lists) {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const value of lists.flatMap((list) => [...new Set(list)])) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  }

  /** @param {View} view */
  function filtered(view) {
    return Boolean(view.find.trim() || view.technique || view.author || view.verdict);
  }

  /** Whether a view is what the server shows. @param {View} view */
  function plain(view) {
    return view.sort === NEUTRAL.sort && !filtered(view);
  }

  // The page

  /** One board of a page. The address tells of the first alone: those below it are of earlier rules. */
  class Board {
    /** @param {HTMLElement} live @param {HTMLTableElement} table @param {boolean} first */
    constructor(live, table, first) {
      this.live = live;
      this.first = first;
      this.body = table.tBodies[0];
      this.root = live.dataset.root ?? "";
      /** @type {HTMLElement[]} */
      this.heads = [...table.querySelectorAll("thead th")].map((head) => /** @type {HTMLElement} */ (head));
      this.columns = this.heads.map((head) => head.dataset.sort ?? "");
      this.sortable = this.columns.filter((column) => column in SORTED_BY);
      /** What each verdict means, as the server said it. */
      this.sentences = new Map([...document.querySelectorAll(".golf-verdict")].map((one) => {
        return [one.textContent ?? "", one.getAttribute("title") ?? ""];
      }));
      this.view = NEUTRAL;
      /** @type {Row[]} */
      this.rows = [];
      /** @type {Promise<Index> | null} */
      this.loading = null;
      this.status = make("p", { class: "golf-status", role: "status" });
      this.rest = make("p", { class: "golf-rest" });
      const scroll = /** @type {HTMLElement} */ (table.closest(".golf-scroll") ?? table);
      const what = scroll.getAttribute("aria-label") ?? "results";
      this.form = make("form", { role: "search", "aria-label": `Filter and sort: ${what}` });
      this.furnish(scroll);
      this.follow(this.asked());
    }

    /** Make the controls. @param {HTMLElement} scroll */
    furnish(scroll) {
      const kind = this.first ? "golf-tools golf-tools--first" : "golf-tools";
      const tools = make("details", { class: kind }, make("summary", {}, "Filter, sort, copy"));
      tools.append(this.filters(), this.copies());
      const wide = matchMedia("(min-width: 45em)");
      tools.open = (wide.matches && this.first) || !plain(this.asked());
      wide.addEventListener("change", () => (tools.open = wide.matches && this.first));
      // The selects have something to choose from only once the results are there.
      for (const event of ["focusin", "pointerenter"]) this.form.addEventListener(event, () => this.ready());
      tools.addEventListener("toggle", () => tools.open && !(wide.matches && this.first) && this.ready());
      scroll.before(tools, this.status);
      this.heads.forEach((head) => this.sortable.includes(head.dataset.sort ?? "") && this.sorter(head));
      const more = /** @type {HTMLElement | null} */ (this.live.querySelector(".golf-more"));
      (more ?? scroll).after(this.rest);
      if (more) more.hidden = true;
      this.offer(Number(more?.dataset.shown ?? 0), Number(more?.dataset.all ?? 0));
      if (this.first) addEventListener("popstate", () => this.follow(this.asked()));
    }

    filters() {
      const find = make("input", { type: "search", name: "find", maxlength: "200", autocomplete: "off", spellcheck: "false" });
      this.form.append(make("label", { class: "golf-find" }, "Find", find));
      for (const name of Object.keys(CHOICES)) {
        const label = name[0].toUpperCase() + name.slice(1);
        this.form.append(make("label", {}, label, make("select", { name }, make("option", { value: "" }, "any"))));
      }
      const sorts = this.sortable.flatMap((column) => {
        const head = this.heads[this.columns.indexOf(column)].textContent?.trim();
        return [["", "ascending"], ["-", "descending"]].map(([minus, way]) => {
          return make("option", { value: minus + column }, `${head === "#" ? "rank" : head}, ${way}`);
        });
      });
      const sort = make("select", { name: "sort" }, ...sorts);
      this.form.append(make("label", { class: "golf-order" }, "Sort", sort), make("button", { type: "reset" }, "Reset"));
      find.addEventListener("input", () => this.change({ find: find.value }, "replaceState"));
      this.form.addEventListener("change", (/** @type {any} */ { target }) => {
        if (target !== find) this.change({ [target.name]: target.value }, "pushState");
      });
      this.form.addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
      this.form.addEventListener("reset", (/** @type {Event} */ event) => {
        event.preventDefault();
        this.change(NEUTRAL, "pushState");
      });
      return this.form;
    }

    copies() {
      const link = button("Copy link", () => this.copy(location.href, "the link"));
      const made = ["CSV", "JSON", "Markdown", "BibTeX"].map((name) => {
        const one = button(name, async () => {
          const index = await this.ready();
          if (!index) return;
          const rows = index.rows(this.view);
          const text = (await import(FORMATS)).FORMATS[name](index.board, rows, (row) => this.page(row));
          this.copy(text, rows.length === 1 ? "1 row" : `${rows.length} rows`);
        });
        one.setAttribute("aria-label", `Copy as ${name}`);
        return one;
      });
      return make("div", { class: "golf-copy", role: "group", "aria-label": "Copy what is shown" }, link, " Copy as ", ...made);
    }

    /** Turn a head into a button. @param {HTMLElement} head */
    sorter(head) {
      const column = head.dataset.sort ?? "";
      const made = button("", () => {
        this.change({ sort: this.view.sort === column ? `-${column}` : column }, "pushState");
      });
      made.append(...head.childNodes);
      head.append(made);
      if (column === NEUTRAL.sort) head.setAttribute("aria-sort", "ascending");
    }

    /** The results, or nothing where they can't be had, which is said. @returns {Promise<Index | null>} */
    async ready() {
      try {
        return await (this.loading ??= this.fetched());
      } catch {
        this.loading = null;
        this.say("The results could not be loaded. The table shows what came with the page.");
        return null;
      }
    }

    async fetched() {
      const response = await fetch(this.live.dataset.board ?? "");
      if (!response.ok) throw new Error(`status ${response.status}`);
      const index = new Index(await response.json(), this.sortable);
      for (const [name, counts] of Object.entries(index.counts)) {
        const options = counts.map(([value, count]) => make("option", { value }, `${value} (${count})`));
        this.form.elements[name].append(...options);
      }
      return index;
    }

    /** What the address asks for. Columns that there are not are left out. @returns {View} */
    asked() {
      const said = new URLSearchParams(this.first ? location.search : "");
      const view = { ...NEUTRAL };
      for (const name of Object.keys(NEUTRAL)) {
        view[name] = (said.get(name) ?? NEUTRAL[name]).slice(0, 200);
      }
      return this.sortable.includes(view.sort.replace(/^-/, "")) ? view : { ...view, sort: NEUTRAL.sort };
    }

    /** The address of a view; what else stands in the present one is kept. @param {View} view */
    address(view) {
      const url = new URL(location.href);
      for (const [name, value] of Object.entries(view)) {
        if (value === NEUTRAL[name]) url.searchParams.delete(name);
        else url.searchParams.set(name, value);
      }
      return url.href;
    }

    /** Show a view and leave the address as it is. @param {View} asked */
    async follow(asked) {
      if (plain(asked) && plain(this.view)) return;
      const index = await this.ready();
      if (!index) return;
      for (const [name, counts] of Object.entries(index.counts)) {
        const choice = name;
        if (!counts.some(([value]) => value === asked[choice])) asked[choice] = "";
      }
      this.render(index, asked);
    }

    /** Change what is asked for, in the address too. @param {Partial<View>} by @param {"pushState" | "replaceState"} way */
    async change(by, way) {
      const index = await this.ready();
      if (!index) return;
      const view = /** @type {View} */ ({ ...this.view, ...by });
      const address = this.address(view);
      if (this.first && address !== location.href) history[way](null, "", address);
      this.render(index, view);
    }

    /** @param {Index} index @param {View} view @param {number} [most] rows in the document */
    render(index, view, most = FIRST) {
      this.view = view;
      this.rows = index.rows(view);
      this.par = index.board.par;
      this.parPlace = this.placeOfPar();
      const shown = Math.min(most, this.rows.length);
      this.body.replaceChildren(this.lines(shown));
      this.offer(shown, this.rows.length);
      const all = index.board.rows.length;
      this.say(plain(view) ? `${this.rows.length} ranked results` : `${this.rows.length} of ${all} results`);
      for (const [name, value] of Object.entries(view)) {
        if (this.form.elements[name].value !== value) this.form.elements[name].value = value;
      }
      const way = view.sort.startsWith("-") ? "descending" : "ascending";
      for (const head of this.heads) {
        if (head.dataset.sort === view.sort.replace(/^-/, "")) head.setAttribute("aria-sort", way);
        else head.removeAttribute("aria-sort");
      }
    }

    /** How many rows stand above the line of the par; -1 where it makes no sense. */
    placeOfPar() {
      const { par, view, rows } = this;
      if (!par || filtered(view) || !["rank", "score"].includes(view.sort)) return -1;
      const place = rows.findIndex((row) => row.rank === null || Number(row.score) >= par.score);
      return place < 0 ? rows.length : place;
    }

    /** @param {number} end how many */
    lines(end) {
      const lines = document.createDocumentFragment();
      for (let place = 0; place < end; place++) {
        if (place === this.parPlace) lines.append(this.parLine());
        const row = this.rows[place];
        const cells = this.columns.map((column) => CELLS[column]?.(row, this) ?? make("td"));
        lines.append(make("tr", row.rank === 1 ? { class: "golf-leader" } : {}, ...cells));
      }
      if (end === this.rows.length && end === this.parPlace) lines.append(this.parLine());
      if (!this.rows.length) {
        const nothing = make("td", { class: "golf-open", colspan: `${this.columns.length}` }, "No result matches.");
        lines.append(make("tr", {}, nothing));
      }
      return lines;
    }

    parLine() {
      const { kind = "", source = "", shown = "" } = this.par ?? {};
      const said = ` by ${kind === "proof" ? "proof" : "a reference"}: ${source}`;
      const box = make("div", {}, make("b", { class: "golf-number" }, shown), said);
      const wide = make("td", { colspan: `${this.columns.length - 1}` }, box);
      return make("tr", { class: "golf-par" }, make("td", { class: "golf-rank" }, "par"), wide);
    }

    /** Offer the rows that are not shown yet. @param {number} shown @param {number} all */
    offer(shown, all) {
      this.rest.replaceChildren();
      if (shown >= all) return;
      const to = shown < MOST ? Math.min(shown + MORE, MOST, all) : all;
      const asks = shown < MOST ? `Show ${to - shown} more` : `Show all ${all} rows, which may take a while`;
      this.rest.append(`${shown} of ${all} rows `, button(asks, () => this.extend(shown, to)));
    }

    /** Show more rows, and go to the first of them. @param {number} from @param {number} to */
    async extend(from, to) {
      const index = await this.ready();
      if (!index) return;
      this.render(index, this.view, to);
      this.say(`${to} of ${this.rows.length} rows are shown`);
      const first = /** @type {HTMLElement} */ (this.body.querySelectorAll("tr:not(.golf-par)")[from]);
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
    }

    /** @param {Row} row @returns {string} the address of its page, or of this one */
    page(row) {
      const url = new URL(row.page ? this.root + row.page : "", location.href);
      url.search = url.hash = "";
      return url.href;
    }

    /** @param {string} text @param {string} what */
    async copy(text, what) {
      const copied = await copy(text, this.live);
      this.say(`${copied ? "Copied" : "Select and copy"} ${what}`);
    }

    /** @param {string} text */
    say(text) {
      this.status.textContent = text;
    }
  }

  addEventListener("DOMContentLoaded", () => {
    /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".golf-live")).forEach((live, place) => {
      const table = /** @type {HTMLTableElement | null} */ (live.querySelector("table.golf-board"));
      if (table) new Board(live, table, place === 0);
    });
    document.querySelectorAll(".golf-copied > pre, .md-content article > pre").forEach(copyable);
  });
}
