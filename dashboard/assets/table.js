// The table of incidents. Every value reaches the page as text (textContent), never as markup.
const COLOURS = { ink: "", muted: "", line: "", accent: "", on: "" };

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function header(data, send) {
  const row = element("tr");
  for (const column of data.columns) {
    const cell = element("th", column.kind);
    cell.scope = "col";
    const button = element("button", "", column.label);
    button.type = "button";
    button.title = column.sort;
    if (column.key === data.order) {
      cell.setAttribute("aria-sort", data.descending ? "descending" : "ascending");
      button.dataset.sorted = data.descending ? "↓" : "↑";
    }
    button.onclick = () => send("sort", column.key);
    cell.append(button);
    row.append(cell);
  }
  const head = element("thead");
  head.append(row);
  return head;
}

function filled(cell, column, row, value) {
  if (column.kind === "title") {
    const button = element("button", "", value);
    button.type = "button";
    button.setAttribute("aria-label", row.say);
    cell.append(button);
    return;
  }
  if (column.key === "category") {
    const symbol = element("span", "symbol " + row.mark);
    symbol.style.background = row.colour;
    symbol.setAttribute("aria-hidden", "true");
    cell.append(symbol);
  }
  cell.append(element("span", "", value));
}

function line(row, data, send) {
  const made = element("tr");
  made.setAttribute("aria-selected", String(row.id === data.selected));
  made.dataset.id = row.id;
  made.onclick = () => send("pick", row.id);
  data.columns.forEach((column, n) => {
    const value = row.cells[n];
    const cell = element("td", column.kind + (column.plain ? " plain" : "") + (value === data.nothing ? " empty" : ""));
    cell.dataset.label = column.label;
    filled(cell, column, row, value);
    made.append(cell);
  });
  return made;
}

function pager(data, send) {
  const bar = element("div", "pager");
  bar.append(element("span", "", data.rows_text));
  const buttons = element("div");
  for (const [label, step, off] of [[data.previous, -1, data.first_page], [data.next, 1, data.last_page]]) {
    const button = element("button", "", label);
    button.type = "button";
    button.disabled = off;
    button.onclick = () => send("turn", step);
    buttons.append(button);
  }
  if (!(data.first_page && data.last_page)) bar.append(buttons);
  return bar;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".wrap");
  const focused = parentElement.activeElement?.closest?.("[data-id]")?.dataset.id;
  for (const name of Object.keys(COLOURS)) root.style.setProperty("--" + name, data.colours[name]);
  const table = element("table");
  table.append(element("caption", "", data.caption));
  table.append(header(data, setTriggerValue));
  const body = element("tbody");
  data.rows.forEach((row) => body.append(line(row, data, setTriggerValue)));
  table.append(body);
  root.replaceChildren(table, pager(data, setTriggerValue));
  if (focused) root.querySelector(`[data-id="${CSS.escape(focused)}"] button`)?.focus();
}
