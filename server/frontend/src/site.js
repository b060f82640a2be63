// What scripts add to every page. Each part finds the form or drawing that it improves, which works without it.
import { suggestions } from "./suggestions.js";

for (const input of document.querySelectorAll("input[data-suggestions]")) suggestions(input);
