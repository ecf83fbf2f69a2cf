// One phone: the chat of one person with the bot. It is drawn from /sim/phone and only what is different is drawn anew.

import { attempt, day, el, find, get, post } from "./dom.js";
import { bubble } from "./bubble.js";

const pictures = ["image/png", "image/jpeg", "image/gif"];
// What can be sent on Zalo although a bot makes nothing of it.
const things = [["sticker", "Nhãn dán"], ["voice", "Ghi âm"], ["photo", "Ảnh"], ["unsupported", "Thứ khác"]];
const TOAST_MS = 4000;
const NEAR = 120;

export class Phone {
  constructor(person) {
    this.user = person.user;
    this.person = person;
    this.zalo = person.channel === "zalo";
    this.bot = null;
    this.drawn = new Map();
    this.lastPopup = null;
    this.element = this.frame();
    this.say = this.say.bind(this);
  }

  frame() {
    const block = el("input", { type: "checkbox", testid: "block", onchange: (event) => this.block(event.target.checked) });
    this.owner = el("p", { className: "owner", testid: "owner" });
    this.name();
    this.bots = el("select", { testid: "bots", hidden: true, onchange: (event) => this.open(Number(event.target.value)) });
    this.bots.setAttribute("aria-label", "Trợ lý nào");
    const channel = el("span", { className: "channel", testid: "channel" }, this.zalo ? "Zalo" : "Telegram");
    const look = this.zalo ? "phone zalo" : "phone";
    return el("section", { className: look, testid: "phone", data: { user: this.user, channel: this.person.channel } },
      this.owner,
      el("header", {}, el("h2", { testid: "bot-name" }, "…"), channel, el("label", { className: "check" }, block, " Chặn")),
      this.bots,
      el("div", { className: "messages", testid: "messages" }),
      el("p", { className: "typing", testid: "typing", hidden: true }, "đang viết…"),
      el("p", { className: "toast", testid: "toast", role: "status", hidden: true }),
      this.startArea(),
      ...(this.zalo ? [this.extras()] : []),
      this.composer(),
      el("div", { className: "keyboard", testid: "keyboard", hidden: true }),
    );
  }

  name() {
    this.owner.replaceChildren(`Máy của ${this.person.name}`, el("span", {}, this.person.role || "chưa rõ vai"));
  }

  startArea() {
    const payload = el("input", { testid: "start-payload", placeholder: "Mã trong đường dẫn (nếu có)", maxLength: 64 });
    payload.setAttribute("aria-label", "Mã trong đường dẫn (nếu có)");
    const start = () => this.say(`/start ${payload.value.trim()}`.trim());
    return el("div", { className: "start", testid: "start-area", hidden: true },
      payload, el("button", { type: "button", testid: "start", onclick: start }, "BẮT ĐẦU"));
  }

  extras() {
    const button = ([kind, name]) => el("button", { type: "button", testid: "extra", data: { kind }, onclick: () => this.act("message", { kind }) }, name);
    return el("div", { className: "extras", testid: "extras" }, ...things.map(button));
  }

  composer() {
    const most = this.zalo ? 2000 : 4096;
    const text = el("textarea", { rows: 1, testid: "composer", placeholder: "Nhắn tin", maxLength: most });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.sendTyped();
    });
    const file = el("input", { type: "file", hidden: true, testid: "file", onchange: () => this.sendFile(file) });
    const attach = el("button", { type: "button", testid: "attach", className: "icon attach", title: "Gửi ảnh hoặc tệp", onclick: () => file.click() });
    const send = el("button", { testid: "send", className: "icon send", title: "Gửi" });
    const form = el("form", { className: "composer" }, attach, file, text, send);
    form.addEventListener("submit", (event) => { event.preventDefault(); this.sendTyped(); });
    return form;
  }

  // What the person does

  async act(path, body) {
    const done = await attempt("Máy giả lập không nhận việc này.", () => post(path, { ...this.who(), ...body }));
    await this.refresh();
    return done;
  }

  who() { return this.bot ? { user: this.user, bot: this.bot } : { user: this.user }; }

  open(bot) {
    Object.assign(this, { bot, version: 0, lastPopup: null, keyboard: null });
    this.drawn.clear();
    return this.refresh();
  }

  say(text) { return this.act("message", { text }); }

  tap(message_id, data) { return this.act("callback", { message_id, data }); }

  block(blocked) { return this.act("block", { blocked }); }

  async sendTyped() {
    const field = find("composer", this.element);
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    await this.say(text);
  }

  async sendFile(input) {
    const [file] = input.files;
    if (!file) return;
    const field = find("composer", this.element);
    const form = new FormData();
    Object.entries(this.who()).forEach(([name, value]) => form.append(name, value));
    form.append("text", field.value.trim());
    form.append(pictures.includes(file.type) ? "photo" : "document", file, file.name);
    field.value = input.value = "";
    await attempt("Tệp này không gửi được.", () => post("message", form));
    await this.refresh();
  }

  askContact() {
    const phone = el("input", { type: "tel", testid: "contact-phone", value: this.person.phone, required: true });
    phone.setAttribute("aria-label", "Số điện thoại");
    const send = () => { if (phone.value.trim()) { box.remove(); this.act("contact", { phone: phone.value.trim() }); } };
    const box = this.sheet("contact-sheet", "Gửi số điện thoại của mình cho trợ lý?", phone,
      el("button", { type: "button", testid: "contact-send", onclick: send }, "Gửi số này"),
      el("button", { type: "button", testid: "contact-cancel", onclick: () => box.remove() }, "Thôi"));
  }

  sheet(testid, sentence, ...rest) {
    const box = el("div", { className: "cover", testid, role: "alertdialog" },
      el("div", { className: "box" }, el("p", {}, sentence), ...rest));
    this.element.append(box);
    return box;
  }

  // What the phone shows

  async refresh() {
    let view;
    try {
      view = await get(`phone?${new URLSearchParams(this.who())}`);
    } catch {
      find("bot-name", this.element).textContent = "Chưa có trợ lý nào nối vào";
      return;
    }
    if (view.version < this.version) return;
    this.version = view.version;
    const list = find("messages", this.element);
    // Whoever has scrolled up reads on there; all others are kept at the end, whatever grows or appears below the list.
    const stay = list.scrollHeight - list.scrollTop - list.clientHeight > NEAR && this.drawn.size;
    find("bot-name", this.element).textContent = view.bot;
    this.showBots(view);
    find("block", this.element).checked = view.blocked;
    this.showMessages(view.messages);
    this.showTyping(view.typing_s);
    this.showKeyboard(view.started && !view.blocked ? view.keyboard : null);
    // On Zalo nothing is started: who finds the assistant writes.
    const writes = view.started || this.zalo;
    find("start-area", this.element).hidden = writes;
    this.element.querySelector(".composer").hidden = !writes;
    this.showPopups(view.popups);
    if (!stay) list.scrollTop = list.scrollHeight;
  }

  showBots({ bots, bot_id }) {
    this.bots.hidden = bots.length < 2;
    this.bots.replaceChildren(...bots.map((bot) => el("option", { value: bot.id, selected: bot.id === bot_id }, bot.name)));
  }

  showMessages(messages) {
    const fresh = new Map();
    let date = "";
    for (const message of messages) {
      if (day(message.at) !== date) {
        date = day(message.at);
        this.keep(fresh, `day ${date}`, date, () => el("p", { className: "day" }, date));
      }
      this.keep(fresh, message.message_id, JSON.stringify(message), () => bubble(message, this));
    }
    place(find("messages", this.element), [...fresh.values()].map((entry) => entry.element));
    this.drawn = fresh;
  }

  keep(fresh, key, state, draw) {
    const old = this.drawn.get(key);
    fresh.set(key, old?.state === state ? old : { state, element: draw() });
  }

  showTyping(seconds) {
    clearTimeout(this.typing);
    const mark = find("typing", this.element);
    mark.hidden = seconds <= 0;
    if (seconds > 0) this.typing = setTimeout(() => { mark.hidden = true; }, seconds * 1000);
  }

  showKeyboard(keyboard) {
    const state = JSON.stringify(keyboard);
    if (state === this.keyboard) return;
    this.keyboard = state;
    const box = find("keyboard", this.element);
    box.hidden = !keyboard;
    const rows = (keyboard?.keyboard ?? []).map((row) => el("div", { className: "row" }, ...row.map((key) => this.key(key))));
    box.replaceChildren(...rows);
    const typed = find("composer", this.element);
    typed.placeholder = keyboard?.input_field_placeholder || "Nhắn tin";
  }

  key(button) {
    const press = () => (button.request_contact ? this.askContact() : this.say(button.text));
    return el("button", { type: "button", testid: "key", onclick: press }, button.text);
  }

  showPopups(popups) {
    const last = popups.at(-1)?.id ?? 0;
    const fresh = this.lastPopup === null ? [] : popups.filter((popup) => popup.id > this.lastPopup);
    this.lastPopup = Math.max(last, this.lastPopup ?? 0);
    for (const popup of fresh) {
      if (popup.alert) this.showAlert(popup.text);
      else this.showToast(popup.text);
    }
  }

  showAlert(text) {
    const close = el("button", { type: "button", testid: "alert-close", onclick: () => box.remove() }, "Đóng");
    const box = this.sheet("alert", text, close);
  }

  showToast(text) {
    const toast = find("toast", this.element);
    clearTimeout(this.toast);
    toast.textContent = text;
    toast.hidden = false;
    this.toast = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
  }
}

// Put the elements into the list in this order, without touching those that already stand right.
function place(list, elements) {
  elements.forEach((element, index) => {
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  while (list.children.length > elements.length) list.lastChild.remove();
}
