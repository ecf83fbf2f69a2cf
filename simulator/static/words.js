// Text with entities, drawn as nested elements. Offsets count UTF-16 units, as JavaScript's strings do.

import { el } from "./dom.js";

const tags = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

export function words(text, entities, onCommand) {
  const box = el("span", { className: "words" });
  const waiting = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  fill(box, text, waiting, 0, text.length, onCommand);
  return box;
}

function fill(parent, text, waiting, start, end, onCommand) {
  let at = start;
  while (waiting.length && waiting[0].offset < end) {
    const entity = waiting.shift();
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (to <= from) continue;
    parent.append(...drawn(text.slice(at, from)));
    const child = element(entity, text.slice(from, to), onCommand);
    fill(child, text, waiting, from, to, onCommand);
    parent.append(child);
    at = to;
  }
  parent.append(...drawn(text.slice(at, end)));
}

// Not every machine has a font with emoji, so the few that the assistant uses are drawn; the character stays in the text.
const emoji = new Map([["📅", "date"], ["📍", "place"], ["📞", "call"], ["✅", "done"], ["⚠", "change"], ["📄", "paper"]]);
const drawable = /([📅📍📞✅⚠📄]\uFE0F?)/u;

function drawn(text) {
  const parts = text.split(drawable);
  return parts.map((part, index) => (index % 2 ? el("span", { className: `emoji ${emoji.get(part.replace("\uFE0F", ""))}` }, part) : part));
}

function element(entity, shown, onCommand) {
  if (entity.type === "url") return link(/^https?:/i.test(shown) ? shown : `https://${shown}`);
  if (entity.type === "text_link") return link(entity.url);
  if (entity.type === "phone_number") return el("a", { href: `tel:${shown.replace(/[^+\d]/g, "")}` });
  if (entity.type === "spoiler") {
    return el("span", { className: "spoiler", onclick: (event) => event.currentTarget.classList.add("open") });
  }
  if (entity.type === "bot_command") {
    return el("a", { href: "#", onclick: (event) => { event.preventDefault(); onCommand(shown); } });
  }
  return el(tags[entity.type] ?? "span", { className: tags[entity.type] ? "" : "marked" });
}

// An address in a message is a stranger's: only the web may be opened, and the new page learns nothing about this one.
function link(address) {
  if (!/^https?:\/\//i.test(address)) return el("span", { className: "marked" });
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" });
}
