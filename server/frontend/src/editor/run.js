// Asks the server for the page that the form would lead to, and takes over what it shows. Breaking off closes the
// connection, at which the server stops the query.

export function runner(form, editor) {
  const words = form.dataset;
  const result = document.getElementById("result");
  const status = form.querySelector("[role=status]");
  const cancel = form.querySelector("button.cancel");
  let running = null;
  cancel.addEventListener("click", stop);
  addEventListener("popstate", () => location.reload());

  async function start() {
    stop();
    const asked = request();
    if (!asked) return;
    const mine = (running = new AbortController());
    show(true);
    try {
      const response = await fetch(asked.address, { ...asked.options, signal: mine.signal });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (running !== mine) return;
      running = null;
      take(page, response.ok);
      if (asked.shared !== location.pathname + location.search) history.pushState(null, "", asked.shared);
    } catch (error) {
      if (running === mine) running = null;
      // Whoever breaks a query off has been told so; all else is a connection that failed.
      if (error.name !== "AbortError") say(words.lost);
    } finally {
      if (running === null) show(false);
    }
  }

  function stop() {
    if (!running) return false;
    running.abort();
    running = null;
    show(false);
    say(words.stopped);
    return true;
  }

  // The request of the form: its query in the address where there is room, so that the answer can be shared.
  function request() {
    const fields = new URLSearchParams(new FormData(form));
    if (!fields.get("query").trim()) return null;
    const page = new URL(form.action, location.href);
    const address = `${page.pathname}?${fields}`;
    const headers = { Accept: "text/html" };
    if (address.length <= Number(words.longest)) return { address, shared: address, options: { headers } };
    return { address: page.pathname, shared: page.pathname, options: { method: "POST", headers, body: fields } };
  }

  function take(page, ok) {
    const problem = page.querySelector(".problem");
    const answered = ok ? page.getElementById("result") : problem;
    if (!answered) {
      say(words.lost);
      return;
    }
    const repaired = problem?.querySelector("form[data-repaired] textarea")?.value;
    problem?.querySelectorAll("form, .prefixes, h1 ~ .button").forEach((part) => part.remove());
    const heading = problem?.querySelector("h1");
    heading?.replaceWith(Object.assign(document.createElement("h2"), { textContent: heading.textContent }));
    const parts = ok ? [...answered.childNodes] : [problem];
    result.replaceChildren(...parts.map((node) => document.importNode(node, true)));
    const said = result.querySelector(ok ? "#answer" : "[data-detail]")?.textContent.trim() ?? "";
    say(said);
    const place = result.querySelector("[data-line]")?.dataset;
    if (repaired) editor.replace(repaired);
    editor.mark(repaired ? 0 : Number(place?.line ?? 0), Number(place?.column ?? 1), said);
  }

  function show(busy) {
    cancel.hidden = !busy;
    form.ariaBusy = String(busy);
    result.classList.toggle("stale", busy);
    if (busy) say(words.running);
  }

  function say(text) {
    status.textContent = text;
  }

  return { start, stop, again: () => result.childElementCount > 0 && start() };
}
