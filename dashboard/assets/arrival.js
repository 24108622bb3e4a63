// When another incident is opened: its ledger starts at its top, and comes into view where it is off the screen.
let last;

export default function ({ data }) {
  const before = last;
  last = data.id;
  if (before === undefined || before === last || !last) return;
  const side = document.querySelector(".st-key-side");
  if (!side) return;
  side.scrollTop = 0;
  const wide = window.matchMedia("(min-width: 1151px)").matches;
  const goal = wide ? document.querySelector(".st-key-map_controls") : side;
  const box = (goal ?? side).getBoundingClientRect();
  if (box.top >= 0 && box.top < window.innerHeight / 2) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  (goal ?? side).scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}
