// Small helpers: every element and every word is made here, words always as text and never as HTML.

export function el(tag, properties = {}, ...children) {
  const { testid, data = {}, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  if (testid) element.dataset.testid = testid;
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}

export const find = (testid, within = document) => within.querySelector(`[data-testid="${testid}"]`);

export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function answered(response) {
  const body = await response.json();
  if (!response.ok) throw new Refused(response.status, body.error);
  return body;
}

export const get = async (path) => answered(await fetch(`/sim/${path}`, { cache: "no-store" }));

export const remove = async (path) => answered(await fetch(`/sim/${path}`, { method: "DELETE" }));

export async function post(path, body) {
  const form = body instanceof FormData;
  const headers = form ? {} : { "Content-Type": "application/json" };
  return answered(await fetch(`/sim/${path}`, { method: "POST", headers, body: form ? body : JSON.stringify(body) }));
}

const zone = "Asia/Ho_Chi_Minh";
const hours = new Intl.DateTimeFormat("vi-VN", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("vi-VN", { timeZone: zone, weekday: "long", day: "numeric", month: "long" });
const dates = new Intl.DateTimeFormat("vi-VN", { timeZone: zone, weekday: "long", day: "numeric", month: "numeric", year: "numeric" });
const local = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });

export const hour = (at) => hours.format(new Date(at));
export const day = (at) => days.format(new Date(at));
export const moment = (at) => `${dates.format(new Date(at))} · ${hour(at)}`;
export const fieldValue = (at) => local.format(new Date(at)).replace(" ", "T");
export const fromField = (value) => new Date(`${value}:00+07:00`);

// Do something that a person asked for; when the server refuses, say `sentence` instead of failing silently.
export async function attempt(sentence, act) {
  const problem = find("problem");
  try {
    problem.hidden = true;
    return await act();
  } catch (error) {
    console.warn(error);
    problem.textContent = error instanceof Refused ? sentence : "Mất nối với máy giả lập. Xin tải lại trang.";
    problem.hidden = false;
    return null;
  }
}
