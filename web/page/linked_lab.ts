/** The id of the lab that a link names, `#surface` or `&lab=surface`; empty: it names none, perhaps something that is no lab. ES5: ask_early.js takes it in, too. */
export function linked_lab(hash: string): string {
  var found = /^#(\w+)(?=&|$)|&lab=(\w+)/.exec(hash);
  return (found && (found[1] || found[2])) || '';
}
