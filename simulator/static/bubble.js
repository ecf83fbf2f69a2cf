// One message as a bubble: words, picture, paper or contact, time, and its buttons at full width.

import { el, hour } from "./dom.js";
import { words } from "./words.js";

export function bubble(message, phone) {
  const box = el("div", {
    className: `bubble ${message.direction === "in" ? "mine" : "theirs"}`,
    testid: "message",
    data: { messageId: message.message_id, direction: message.direction },
  });
  if (message.photo) box.append(picture(message.photo.at(-1)));
  if (message.photo_url) box.append(thing("Ảnh ở địa chỉ ", elsewhere(message.photo_url, phone)));
  for (const [kind, name] of things) if (message[kind]) box.append(thing(name));
  if (message.document) box.append(paper(message.document));
  if (message.contact) box.append(contact(message.contact));
  if (message.text) box.append(words(message.text, message.entities, phone.say));
  box.append(el("span", { className: "time" }, `${message.edited ? "đã sửa " : ""}${hour(message.at)}`));
  const rows = message.keyboard.map((row) => el("div", { className: "row" }, ...row.map((button) => choice(button, message, phone))));
  if (rows.length) box.append(el("div", { className: "choices" }, ...rows));
  return box;
}

function choice(button, message, phone) {
  const look = button.style ? ` ${button.style}` : "";
  if (button.url) {
    const safe = /^https?:\/\//i.test(button.url) ? button.url : "#";
    const address = { href: safe, target: "_blank", rel: "noopener noreferrer" };
    return el("a", { className: `choice${look}`, testid: "choice", ...address }, `${button.text} ↗`);
  }
  const data = button.callback_data ?? "";
  const tap = () => phone.tap(message.message_id, data);
  return el("button", { type: "button", className: `choice${look}`, testid: "choice", data: { data }, onclick: tap }, button.text);
}

// What Zalo has besides words and pictures, drawn as its name: what it is like is of no use to a bot.
const things = [["sticker", "Nhãn dán"], ["voice", "Tin thoại"], ["unsupported", "Nội dung khác"]];

function elsewhere(url, phone) {
  return words(url, [{ type: "url", offset: 0, length: url.length }], phone.say);
}

function thing(name, ...more) {
  return el("p", { className: "thing", testid: "thing" }, name, ...more);
}

const address = (file) => `/sim/file?id=${encodeURIComponent(file.file_id)}`;

function picture(photo) {
  const look = { alt: "Ảnh", width: photo.width, height: photo.height };
  return el("img", { className: "photo", testid: "photo", src: address(photo), ...look });
}

function paper(file) {
  const size = file.file_size < 1e6 ? `${Math.ceil(file.file_size / 1024)} KB` : `${(file.file_size / 1e6).toFixed(1)} MB`;
  const name = file.file_name ?? "tệp";
  const link = el("a", { testid: "document", href: address(file), download: name }, name);
  return el("p", { className: "paper document" }, link, el("span", { className: "size" }, `${size} · tải về máy`));
}

function contact(person) {
  return el("p", { className: "paper contact" }, person.first_name, el("span", { className: "size" }, person.phone_number));
}
