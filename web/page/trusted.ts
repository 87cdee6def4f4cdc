// The two places where text becomes more than text, both with text of our own build: formulas and the worker's script.
// With Trusted Types (Chromium) the page's policy allows nothing else; elsewhere the text goes as it is.

interface Policy { createHTML(text: string): string; createScriptURL(url: string): string }
type Factory = { createPolicy(name: string, rules: Policy): Policy };

const same: Policy = { createHTML: (text) => text, createScriptURL: (url) => url };
const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
/** ask_early.js may have made the policy already: there may be one of that name. */
export const trusted: Policy = (globalThis as { downhill_trusted?: Policy }).downhill_trusted ?? (factory ? factory.createPolicy('downhill', same) : same);
