// The bar above the phones: the make-believe clock, and the faults that can be ordered.

import { attempt, el, fieldValue, find, fromField, get, moment, post, remove } from "./dom.js";

const kinds = new Map([
  ["500", "Máy chủ hỏng, tin không đi (500)"],
  ["502_after", "Tin đã đi, báo về hỏng (502)"],
  ["reset", "Đứt đường, tin không đi"],
  ["reset_after", "Đứt đường sau khi tin đã đi"],
  ["hang_after", "Tin đã đi, không báo về"],
  ["slow", "Tin đã đi, báo về chậm"],
  ["closed_after", "Tin đã đi, đường đóng ngay sau đó"],
  ["black_hole", "Không ai nghe máy, tin không đi"],
  ["refused", "Không nối được tới máy chủ"],
  ["429", "Gửi nhanh quá, phải chờ (429)"],
  ["truncated", "Tin đã đi, báo về cụt"],
  ["html200", "Trang mạng lạ trả lời thay"],
  ["ok_false_200", "Báo hỏng trong câu trả lời 200"],
  ["403", "Người nhận đã chặn (403)"],
  ["chat_not_found", "Không thấy người nhận"],
  ["migrate", "Nhóm đã đổi số"],
  ["408", "Chờ mãi không xong (408)"],
  ["401", "Mã của trợ lý bị thu (401)"],
  ["409", "Có máy khác chạy cùng lúc (409)"],
]);
const methods = new Map([
  ["*", "mọi việc gửi"],
  ["sendMessage", "gửi tin"],
  ["editMessageText", "sửa tin"],
  ["sendPhoto", "gửi ảnh"],
  ["sendDocument", "gửi tệp"],
  ["answerCallbackQuery", "đáp khi chọn nút"],
  ["getUpdates", "nhận tin"],
]);

let clock = null;
let readAt = 0;

export async function refreshPanel() {
  clock = await get("clock");
  readAt = performance.now();
  showClock();
  const [faults, limits] = await Promise.all([get("fault"), get("limits")]);
  find("limits").checked = limits.on;
  const left = (fault) => (fault.times ? `còn ${fault.times} lần` : "đến khi bỏ hoặc hết giờ");
  const rows = faults.map((fault) => `${kinds.get(fault.kind)}, ${methods.get(fault.method) ?? fault.method}: ${left(fault)}`);
  find("fault-list").replaceChildren(...rows.map((row) => el("li", {}, row)));
}

export function showPeople(people) {
  const all = [["", "mọi người"], ["telegram", "mọi người trên Telegram"], ["zalo", "mọi người trên Zalo"]];
  const each = people.map((person) => [person.user, called(person)]);
  find("fault-user").replaceChildren(...[...all, ...each].map(([value, name]) => el("option", { value }, name)));
}

// One person may have a phone of each kind, and then only this tells them apart.
export function called(person) {
  return person.channel === "zalo" ? `${person.name} · Zalo` : person.name;
}

function now() {
  const flown = clock.flowing && clock.now === clock.target ? performance.now() - readAt : 0;
  return new Date(Date.parse(clock.now) + flown);
}

function showClock() {
  if (!clock) return;
  const box = find("clock");
  const coming = clock.now === clock.target ? "" : ` → đang tới ${moment(clock.target)}`;
  box.textContent = moment(now()) + coming;
  Object.assign(box.dataset, { now: clock.now, target: clock.target });
  const field = find("clock-at");
  if (document.activeElement !== field) field.value = fieldValue(now());
}

async function move(body) {
  const buttons = document.querySelectorAll(".bar [data-forward], [data-testid=clock-go], [data-testid=clock-down]");
  buttons.forEach((button) => { button.disabled = true; });
  await attempt("Trợ lý chưa chạy kịp tới giờ đó.", () => post("clock", { ...body, wait: true, wait_s: 600 }));
  buttons.forEach((button) => { button.disabled = false; });
  await refreshPanel();
}

function goTo(event) {
  event.preventDefault();
  const when = fromField(find("clock-at").value);
  if (when > now()) return move({ now: when.toISOString() });
  find("problem").textContent = "Đồng hồ chỉ đi tới, không lùi lại.";
  find("problem").hidden = false;
}

function stop(event) {
  event.preventDefault();
  move({ downtime_s: Number(find("clock-downtime").value) * 3600 });
}

async function order(event) {
  event.preventDefault();
  const wait = Number(find("fault-wait").value);
  const user = find("fault-user").value;
  await attempt("Máy giả lập không nhận lỗi này.", () => post("fault", {
    kind: find("fault-kind").value,
    method: find("fault-method").value,
    times: Number(find("fault-times").value),
    retry_after: wait,
    delay_ms: wait * 1000,
    ...(find("fault-kind").value === "refused" ? { for_s: wait } : {}),
    ...(Number(user) ? { user: Number(user) } : { channel: user }),
  }));
  await refreshPanel();
}

export function startPanel() {
  const options = (names) => [...names].map(([value, name]) => el("option", { value }, name));
  find("fault-kind").replaceChildren(...options(kinds));
  find("fault-method").replaceChildren(...options(methods));
  document.querySelectorAll("[data-forward]").forEach((button) => {
    button.addEventListener("click", () => move({ forward_s: Number(button.dataset.forward) }));
  });
  find("clock-form").addEventListener("submit", goTo);
  find("downtime-form").addEventListener("submit", stop);
  find("fault-form").addEventListener("submit", order);
  find("fault-clear").addEventListener("click", () => attempt("Không bỏ được.", () => remove("fault")).then(refreshPanel));
  find("limits").addEventListener("change", (event) => {
    attempt("Không đổi được.", () => post("limits", { on: event.target.checked }));
  });
  setInterval(showClock, 1000);
}
