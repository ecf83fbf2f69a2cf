// The page: which phones are open, and keeping them fresh by the event stream, or by asking when there is none.

import { el, find, get } from "./dom.js";
import { called, refreshPanel, showPeople, startPanel } from "./panel.js";
import { Phone } from "./phone.js";

const MOST = 4;
const AGAIN_MS = 2000;
const open = new Map();
const dirty = new Set();
let people = [];
let known = -1;
let heardVersion = 0;
let chosen = location.hash.slice(1).split(",").map(Number).filter(Boolean).slice(0, MOST);
let active = null;
let busy = false;
let asking = null;

// Which phones

async function refreshPeople() {
  people = await get("users");
  showPeople(people);
  const numbers = new Set(people.map((person) => person.user));
  chosen = chosen.filter((user) => numbers.has(user));
  if (!chosen.length) chosen = firstChoice();
  arrange();
}

function firstChoice() {
  const roles = new Set();
  const first = people.filter((person) => !roles.has(person.role) && roles.add(person.role));
  const rest = people.filter((person) => !first.includes(person));
  return [...first, ...rest].slice(0, MOST).map((person) => person.user);
}

function choose(user) {
  chosen = chosen.includes(user) ? chosen.filter((other) => other !== user) : [...chosen, user].slice(-MOST);
  if (chosen.includes(user)) active = user;
  history.replaceState(null, "", `#${chosen.join(",")}`);
  arrange();
  chosen.forEach((number) => dirty.add(number));
  refresh();
}

function arrange() {
  find("empty").hidden = people.length > 0;
  if (!chosen.includes(active)) active = chosen[0] ?? null;
  for (const user of chosen) {
    const person = people.find((one) => one.user === user);
    if (!open.has(user)) {
      open.set(user, new Phone(person));
      dirty.add(user);
    }
    Object.assign(open.get(user), { person }).name();
  }
  for (const user of [...open.keys()].filter((number) => !chosen.includes(number))) {
    open.get(user).element.remove();
    open.delete(user);
  }
  document.querySelector(".phones").append(...chosen.map((user) => open.get(user).element).filter((box) => !box.isConnected));
  drawTabs();
  drawList();
}

function drawTabs() {
  const tab = (user) => el("button", {
    type: "button", testid: "tab", data: { user }, ariaPressed: String(user === active),
    onclick: () => { active = user; drawTabs(); },
  }, called(people.find((person) => person.user === user)));
  document.querySelector(".tabs").replaceChildren(...chosen.map(tab));
  open.forEach((phone, user) => phone.element.classList.toggle("active", user === active));
}

function drawList() {
  const wanted = find("people-search").value.trim().toLowerCase();
  const shown = people.filter((person) => `${person.name} ${person.role}`.toLowerCase().includes(wanted));
  const row = (person) => el("li", {}, el("button", {
    type: "button", testid: "person", data: { user: person.user }, ariaPressed: String(chosen.includes(person.user)),
    onclick: () => choose(person.user),
  }, el("strong", {}, called(person)), el("span", {}, person.role)));
  document.querySelector(".people").replaceChildren(...shown.map(row));
}

// Keeping them fresh

async function refresh() {
  if (busy) return;
  busy = true;
  try {
    while (dirty.size) {
      const work = [...dirty];
      dirty.clear();
      if (work.includes("people")) await refreshPeople();
      if (work.includes("panel")) await refreshPanel();
      await Promise.all(work.map((user) => open.get(user)?.refresh()));
    }
  } catch (error) {
    console.warn(error);
  } finally {
    busy = false;
  }
}

function heard(event) {
  const { version, chats, people: count } = JSON.parse(event.data);
  // A smaller version than before: the simulator was started anew, and nothing here is true any more.
  if (version < heardVersion) location.reload();
  heardVersion = version;
  dirty.add("panel");
  if (count !== known) ["people", ...chosen].forEach((one) => dirty.add(one));
  known = count;
  chats.forEach((chat) => dirty.add(chat));
  refresh();
}

function askEverything() {
  ["people", "panel", ...chosen].forEach((one) => dirty.add(one));
  refresh();
}

function listen() {
  const stream = new EventSource("/sim/events");
  stream.onmessage = heard;
  stream.onopen = () => { clearInterval(asking); asking = null; };
  stream.onerror = () => {
    asking ??= setInterval(askEverything, AGAIN_MS);
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
  };
}

startPanel();
find("people-search").addEventListener("input", drawList);
document.addEventListener("click", (event) => {
  document.querySelectorAll(".tool[open]").forEach((tool) => { if (!tool.contains(event.target)) tool.open = false; });
});
askEverything();
listen();
