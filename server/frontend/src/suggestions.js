// Suggestions below a search field: a combobox with a list (ARIA Authoring Practices), over a plain form.
import Combobox from "@github/combobox-nav";

const WAIT = 120; // milliseconds after the last key

export function suggestions(input) {
  const list = document.createElement("ul");
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.label);
  list.hidden = true;
  const status = document.createElement("span");
  status.className = "unseen";
  status.setAttribute("role", "status");
  input.after(list, status);

  const combobox = new Combobox(input, list, { tabInsertsSuggestions: false });
  let waiting = 0;
  let asked = "";
  let request = new AbortController();

  const close = () => {
    request.abort();
    if (list.hidden) return;
    combobox.stop();
    list.hidden = true;
    status.textContent = "";
  };
  const show = (found) => {
    close();
    list.replaceChildren(...found.map((one, place) => option(list.id, one, place)));
    status.textContent = found.length ? input.dataset.count.replace("{}", found.length) : input.dataset.none;
    if (!found.length) return;
    list.hidden = false;
    combobox.start();
  };
  const ask = async () => {
    const words = input.value.trim();
    if (words === asked && !list.hidden) return;
    asked = words;
    request.abort();
    request = new AbortController();
    if (words.length < 2) return close();
    const address = new URL(input.dataset.suggestions, location.href);
    address.searchParams.set("q", words);
    try {
      const response = await fetch(address, { signal: request.signal, headers: { Accept: "application/json" } });
      if (response.ok) show((await response.json()).suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close(); // without suggestions the form still searches
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.preventDefault();
    close();
  });
  input.addEventListener("blur", () => setTimeout(close, WAIT)); // a click on the list takes the focus first
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("combobox-commit", (event) => {
    const chosen = event.target.closest("[data-href]");
    if (chosen) location.assign(chosen.dataset.href);
  });
}

// Texts of the data become text nodes, never markup.
function option(list, one, place) {
  const item = document.createElement("li");
  item.id = `${list}-${place}`;
  item.setAttribute("role", "option");
  item.dataset.href = one.page;
  item.append(text("span", one.label, one.language));
  if (one.name) item.append(" ", text("span", one.name, one.name_language, "detail"));
  if (one.kind) item.append(" ", text("span", one.kind.label, one.kind.language, "tag"));
  return item;
}

function text(element, content, language, style) {
  const made = document.createElement(element);
  made.textContent = content;
  if (language) made.lang = language;
  if (style) made.className = style;
  return made;
}
