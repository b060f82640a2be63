// The editor of the SPARQL page: upgrades the plain form, which works without it.
//
// It stands in a shadow root, since the policy allows no style sheets but the site's own: there CodeMirror adopts its
// styles. The textarea stays in the form and holds the text; what is asked and answered is the server's page, as without
// scripts: `run.js` fetches it and takes its result over.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { completions } from "./completion.js";
import { runner } from "./run.js";
import { appearance } from "./theme.js";

const form = document.querySelector("form.query[data-terms]");
if (form) upgrade(form);

function upgrade(form) {
  const textarea = form.elements.query;
  const label = form.querySelector(`label[for="${textarea.id}"]`);
  const host = document.createElement("div");
  host.className = "editor";
  textarea.before(host);
  const root = host.attachShadow({ mode: "open" });

  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({ doc: textarea.value, extensions: extensions(form, textarea, label.textContent) }),
  });
  // Who has begun to write goes on where they are.
  if (document.activeElement === textarea) {
    view.dispatch({ selection: { anchor: textarea.selectionStart, head: textarea.selectionEnd } });
    view.focus();
  }
  textarea.hidden = true;
  textarea.required = false; // nobody could be told so in a field that is not seen
  label.addEventListener("click", (event) => {
    event.preventDefault();
    view.focus();
  });
  const run = runner(form, {
    mark: (line, column, message) => mark(view, line, column, message),
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run.start();
  });
  host.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && run.stop()) event.preventDefault();
  });
  form.elements.view.addEventListener("change", () => run.again());
}

function extensions(form, textarea, name) {
  return [
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ override: [completions(form.dataset)] }),
    highlightActiveLine(),
    EditorView.lineWrapping,
    appearance,
    EditorView.contentAttributes.of({ "aria-label": name, spellcheck: "false", autocapitalize: "off", tabindex: "0" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) textarea.value = update.state.doc.toString();
    }),
    EditorView.domEventHandlers({ beforeinput: replaceSelected }),
    // Tab is not bound: it leaves the editor, so that nobody is caught in it.
    keymap.of([
      { key: "Mod-Enter", run: () => (form.requestSubmit(), true) },
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...historyKeymap,
      ...completionKeymap,
      ...lintKeymap,
    ]),
  ];
}

// Where text replaces a coloured selection, Chromium would keep its colour by a style attribute, which the policy
// refuses and reports: so the editor's own state is changed in place of the document.
function replaceSelected(event, view) {
  const { from, to, empty } = view.state.selection.main;
  if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
  const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type" });
  const taken = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, event.data, insert));
  if (!taken) view.dispatch(insert());
  event.preventDefault();
  return true;
}

// Marks the word at or after the place where the server's parser gave up (from 1), or the last one if none follows;
// without a place, takes the marks away.
function mark(view, line, column, message) {
  if (!line || line > view.state.doc.lines) {
    view.dispatch(setDiagnostics(view.state, []));
    return;
  }
  const row = view.state.doc.line(line);
  const text = view.state.doc.toString();
  let from = Math.min(row.from + column - 1, row.to);
  from += /^\s*/.exec(text.slice(from))[0].length;
  if (from >= text.length) from = Math.max(text.trimEnd().length - 1, 0);
  const word = /^(?:[\p{L}\p{N}_:?$@<>/#.%-]+|\S)/u.exec(text.slice(from, from + 200));
  const to = from + (word ? word[0].length : 0);
  view.dispatch(setDiagnostics(view.state, [{ from, to, severity: "error", message }]), {
    selection: { anchor: from },
    scrollIntoView: true,
  });
  view.focus();
}
