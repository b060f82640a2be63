// Completion from the release's own terms, most used first, by prefixed name or by label, and from its things by name; a
// prefix that the query does not declare yet is declared when a term with it is taken.

const MOST = 60;
const KEYWORDS = (
  "SELECT CONSTRUCT DESCRIBE ASK WHERE DISTINCT FROM NAMED GRAPH OPTIONAL UNION MINUS FILTER BIND VALUES EXISTS NOT " +
  "GROUP ORDER BY HAVING ASC DESC LIMIT OFFSET PREFIX BASE AS IN COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT COALESCE IF " +
  "STR LANG LANGMATCHES DATATYPE BOUND IRI STRLEN SUBSTR UCASE LCASE CONTAINS STRSTARTS STRENDS REPLACE REGEX CONCAT " +
  "ABS ROUND CEIL FLOOR YEAR MONTH DAY NOW ISIRI ISBLANK ISLITERAL ISNUMERIC SAMETERM STRDT STRLANG"
).split(" ");

export function completions(addresses) {
  let terms;
  const load = async () => {
    const response = await fetch(addresses.terms, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  };
  return async (context) => {
    const word = context.matchBefore(/[?$<]?[\p{L}\p{N}_\-./#:]*/u);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const text = word.text;
    if (/^[?$]/.test(text)) return { from: word.from, options: variables(context, text), filter: false };
    if (text.length < 2 && !text.includes(":") && !context.explicit) return null;
    // Without its terms the editor still completes keywords; the next word asks again.
    const known = await (terms ??= load().catch(() => (terms = undefined)));
    const before = context.state.sliceDoc(Math.max(0, word.from - 20), word.from);
    if (/prefix\s+$/i.test(before)) return { from: word.from, options: declarations(known, text), filter: false };
    const options = [...keywords(text), ...found(known, text)].slice(0, MOST);
    if (text.length > 2 && !/[:<]/.test(text)) options.push(...(await things(addresses.things, text, known, context)));
    return { from: word.from, options, filter: false };
  };
}

// The things that the search field of the site would propose; none while the server can't be reached.
async function things(address, text, known, context) {
  const asked = new AbortController();
  context.addEventListener("abort", () => asked.abort(), { onDocChange: true });
  try {
    const response = await fetch(`${address}?${new URLSearchParams({ q: text })}`, { signal: asked.signal });
    const { suggestions } = response.ok ? await response.json() : { suggestions: [] };
    return suggestions.map(({ iri, label, kind }) => ({
      label,
      type: "constant",
      detail: kind?.label ?? "",
      apply: (view, completion, from, to) => {
        const name = shortened(iri, known?.prefixes ?? {});
        insert(view, known?.prefixes ?? {}, name, from, to);
      },
    }));
  } catch {
    return [];
  }
}

function shortened(iri, prefixes) {
  const fits = Object.entries(prefixes)
    .filter(([, namespace]) => iri.startsWith(namespace) && /^[A-Za-z_][\w-]*$/.test(iri.slice(namespace.length)))
    .sort((a, b) => b[1].length - a[1].length);
  return fits.length ? `${fits[0][0]}:${iri.slice(fits[0][1].length)}` : `<${iri}>`;
}

function variables(context, text) {
  const names = new Set(context.state.doc.toString().match(/[?$][\p{L}\p{N}_]+/gu) ?? []);
  names.delete(text);
  return [...names].filter((name) => name.startsWith(text)).map((label) => ({ label, type: "variable" }));
}

function keywords(text) {
  const start = text.toUpperCase();
  return KEYWORDS.filter((word) => word.startsWith(start)).map((label) => ({ label, type: "keyword" }));
}

function declarations(known, text) {
  return Object.entries(known?.prefixes ?? {})
    .filter(([prefix]) => prefix.startsWith(text.replace(/:$/, "")))
    .map(([prefix, namespace]) => ({ label: `${prefix}: <${namespace}>`, type: "namespace" }));
}

function found(known, text) {
  if (!known) return [];
  const wanted = text.toLowerCase();
  const rows = [
    ...known.classes.map((term) => ({ term, type: "class" })),
    ...known.properties.map((term) => ({ term, type: "property" })),
  ];
  return rows
    .map(({ term: [name, label, count], type }) => ({ name, label, count, type, rank: rank(name, label, wanted) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank || b.count - a.count)
    .map(({ name, label, count, type }) => ({
      label: name,
      type,
      detail: [label, count].filter((part) => part !== "").join(" · "),
      apply: (view, completion, from, to) => insert(view, known.prefixes, name, from, to),
    }));
}

// How well a term matches: its name, its local name, its label, or a word within; -1 if not at all.
function rank(name, label, wanted) {
  const [whole, shown] = [name.toLowerCase(), label.toLowerCase()];
  if (whole.startsWith(wanted)) return 0;
  const local = whole.slice(whole.indexOf(":") + 1);
  if (wanted.includes(":")) return whole.startsWith(wanted.slice(0, wanted.indexOf(":") + 1)) && local.includes(wanted.slice(wanted.indexOf(":") + 1)) ? 1 : -1;
  if (local.startsWith(wanted)) return 1;
  if (shown.startsWith(wanted)) return 2;
  return local.includes(wanted) || shown.includes(wanted) ? 3 : -1;
}

function insert(view, prefixes, name, from, to) {
  const changes = [{ from, to, insert: name }];
  const prefix = /^([^<:]*):/.exec(name)?.[1];
  const text = view.state.doc.toString();
  let line = "";
  if (prefix !== undefined && prefix in prefixes && !new RegExp(`prefix\\s+${prefix.replace(/[.-]/g, "\\$&")}\\s*:`, "i").test(text)) {
    line = `PREFIX ${prefix}: <${prefixes[prefix]}>\n`;
    changes.unshift({ from: 0, insert: line });
  }
  view.dispatch({ changes, selection: { anchor: from + line.length + name.length }, userEvent: "input.complete" });
}
