/* Incidents on the map. Asks the server once for each view (padded, snapped to cells), draws symbols on one canvas.
   Text from data is only ever set as textContent. */
(function () {
  "use strict";

  const atlas = window.atlas, TAU = 2 * Math.PI, CELL = 64, LEVELS = 2;

  /* --- small helpers ---------------------------------------------------------------------------------------------- */

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined && text !== null) node.textContent = text;
    return node;
  }
  atlas.element = element;

  function words(key, values) {
    let text = atlas.texts[key] || key;
    for (const name of Object.keys(values || {})) text = text.replaceAll("{" + name + "}", values[name]);
    return text;
  }
  atlas.words = words;

  const number = (map, n) => n.toLocaleString(map.atlas.language);

  function short(n) {
    if (n < 1000) return String(n);
    if (n < 1e6) return (n < 9950 ? (n / 1000).toFixed(1).replace(/\.0$/, "") : Math.round(n / 1000)) + "k";
    return (n < 9.95e6 ? (n / 1e6).toFixed(1).replace(/\.0$/, "") : Math.round(n / 1e6)) + "M";
  }

  /* The same formula as geo.grid.radius. */
  const radius = (n) => (n <= 1 ? 6.5 : Math.min(11 + 4.2 * Math.log10(n), 38));

  /* One shape a category, so that colour is never the only sign. */
  const marks = {
    circle: (c, r) => c.arc(0, 0, r, 0, TAU),
    square: (c, r) => c.rect(-r * 0.86, -r * 0.86, r * 1.72, r * 1.72),
    diamond: (c, r) => polygon(c, 4, r * 1.18, -Math.PI / 2),
    triangle: (c, r) => polygon(c, 3, r * 1.2, -Math.PI / 2),
    down: (c, r) => polygon(c, 3, r * 1.2, Math.PI / 2),
    pentagon: (c, r) => polygon(c, 5, r * 1.08, -Math.PI / 2),
    hexagon: (c, r) => polygon(c, 6, r * 1.05, 0),
    star: (c, r) => star(c, r * 1.3),
    cross: (c, r) => cross(c, r * 1.1),
  };

  function polygon(context, corners, r, turn) {
    for (let i = 0; i < corners; i++) {
      const angle = turn + (i * TAU) / corners;
      context[i ? "lineTo" : "moveTo"](Math.cos(angle) * r, Math.sin(angle) * r);
    }
    context.closePath();
  }

  function star(context, r) {
    for (let i = 0; i < 10; i++) {
      const angle = -Math.PI / 2 + (i * TAU) / 10, reach = i % 2 ? r * 0.5 : r;
      context[i ? "lineTo" : "moveTo"](Math.cos(angle) * reach, Math.sin(angle) * reach);
    }
    context.closePath();
  }

  function cross(context, r) {
    const a = r * 0.36;
    const corners = [[-a, -r], [a, -r], [a, -a], [r, -a], [r, a], [a, a], [a, r], [-a, r], [-a, a], [-r, a], [-r, -a], [-a, -a]];
    corners.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](x, y));
    context.closePath();
  }

  const trace = (context, entry, r) => (marks[entry.mark] || marks.circle)(context, r);

  function drawMark(context, look, entry, r) {
    context.beginPath();
    trace(context, entry, r);
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = look.paper;
    context.stroke();
    context.fillStyle = entry.color;
    context.fill();
  }

  /* The same shapes as text for SVG. */
  class Pen {
    d = "";
    moveTo(x, y) { this.d += `M${x.toFixed(2)} ${y.toFixed(2)}`; }
    lineTo(x, y) { this.d += `L${x.toFixed(2)} ${y.toFixed(2)}`; }
    closePath() { this.d += "Z"; }
    rect(x, y, wide, high) { this.d += `M${x} ${y}h${wide}v${high}h${-wide}Z`; }
    arc(x, y, r) { this.d += `M${x - r} ${y}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0Z`; }
  }

  const SVG = "http://www.w3.org/2000/svg";

  /* Not a canvas: each of those costs every frame of the map. */
  function swatch(entry) {
    const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path"), pen = new Pen();
    trace(pen, entry, 5.5);
    svg.setAttribute("viewBox", "-9 -9 18 18");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", pen.d);
    path.setAttribute("fill", entry.color);
    svg.append(path);
    return svg;
  }

  /* Small pictures that are drawn once and put down often: a dotted outline costs a hundred times its picture. */
  const pictures = new Map();

  function stamp(context, key, reach, x, y, draw) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2), name = key + "|" + ratio, half = Math.ceil(reach);
    let picture = pictures.get(name);
    if (!picture) {
      if (pictures.size > 400) pictures.clear();
      picture = document.createElement("canvas");
      picture.width = picture.height = 2 * half * ratio;
      const own = picture.getContext("2d");
      own.setTransform(ratio, 0, 0, ratio, half * ratio, half * ratio);
      draw(own);
      pictures.set(name, picture);
    }
    const snap = (v) => Math.round(v * ratio) / ratio;
    context.drawImage(picture, snap(x - half), snap(y - half), 2 * half, 2 * half);
  }

  /* --- asking the server ------------------------------------------------------------------------------------------ */

  /* One line to the server for one kind of question: a newer question cancels the older one, and an answer that comes
     too late is dropped. A server that does not answer is told on the map and asked again until it does. */
  class Line {
    constructor(map) {
      this.map = map;
      this.turn = 0;
    }
    ask(url, use) {
      this.cancel();
      const turn = this.turn, stop = new AbortController();
      this.stop = stop;
      const go = (wait) => {
        fetch(url, { signal: stop.signal }).then(async (answer) => {
          const data = await answer.json().catch(() => ({}));
          if (turn !== this.turn) return;
          if (answer.status === 410 || answer.status === 404) return this.map.fire("atlas:notice", { key: "expired" });
          if (answer.status === 429 || answer.status >= 500) throw new Error(data.error || answer.status);
          if (!answer.ok) return this.map.fire("atlas:notice", { key: "refused" });
          this.map.fire("atlas:notice", {});
          use(data);
        }).catch((error) => {
          if (turn !== this.turn || error.name === "AbortError") return;
          this.map.fire("atlas:notice", { key: "unreachable" });
          this.timer = setTimeout(() => turn === this.turn && go(Math.min(wait * 2, 8000)), wait);
        });
      };
      go(500);
    }
    cancel() {
      this.turn++;
      clearTimeout(this.timer);
      if (this.stop) this.stop.abort();
      this.stop = null;
    }
  }
  atlas.Line = Line;

  const query = (values) => Object.keys(values).map((k) => k + "=" + encodeURIComponent(values[k])).join("&");

  /* One value a symbol for what the answer gives for singles only or for clusters only. */
  function unpack(data) {
    const out = { ...data, row: [], category: [], stack: [], stated: [], rough: [], shares: [] };
    let one = 0, many = 0;
    data.n.forEach((n, i) => {
      const single = n === 1;
      out.row[i] = single ? data.row[one] : -1;
      out.category[i] = single ? data.category[one] : -1;
      for (const key of ["stack", "stated", "rough"]) out[key][i] = single ? 0 : data[key][many];
      out.shares[i] = single ? [] : data.shares[many];
      if (single) one++;
      else many++;
    });
    out.uncertainty = data.uncertainty || [];
    return out;
  }

  /* --- the symbols ------------------------------------------------------------------------------------------------- */

  const REACH = 52; // pixels a symbol may reach from its middle

  const Symbols = atlas.Sheet.extend({
    options: { className: "atlas-symbols" },

    initialize: function () {
      this._layers = {};
      this.data = null;
      this.spots = [];
    },

    /* A new answer. A symbol does not depend on the view, so what the old answer knew for sure stays as it is painted.
       Says whether anything had to be painted. */
    show: function (data) {
      const before = this.data, had = this._painted;
      this.data = data;
      if (!this._bounds || this._map._animatingZoom) return false;
      const sure = before && before.key === data.key && before.z === data.z && this._stands() && this._sure(before);
      this._painted = atlas.shared(had, sure || null);
      if (!this._painted) {
        this.paint();
        return true;
      }
      this.prepare(this._map.getPixelOrigin(), this._bounds.min, this._bounds.max);
      if (this._painted.contains(had)) return false;
      this._extend(had);
      return true;
    },

    /* The layer points where an answer's symbols are final: two cells from its edge, where it ends within the world. */
    _sure: function (data) {
      const map = this._map, side = Math.pow(2, data.z + LEVELS), origin = map.getPixelOrigin(), all = 1e9;
      if (map.getZoom() !== data.z) return null;
      const edge = 2 * CELL + REACH, middle = map.getPixelBounds().getCenter().x / CELL;
      const turn = Math.floor((middle - data.x0) / side) * side;
      const wide = data.x1 - data.x0 >= side ? [-all, all] : [(data.x0 + turn) * CELL + edge, (data.x1 + turn) * CELL - edge];
      const high = [data.y0 > 0 ? data.y0 * CELL + edge : -all, data.y1 < side ? data.y1 * CELL - edge : all];
      if (wide[0] >= wide[1] || high[0] >= high[1]) return null;
      return L.bounds([wide[0] - origin.x, high[0] - origin.y], [wide[1] - origin.x, high[1] - origin.y]);
    },

    /* World pixels of the current zoom for a symbol of an answer. */
    place: function (data, i) {
      const scale = Math.pow(2, this._map.getZoom() - data.z);
      return [(data.x0 * CELL + data.x[i] / 2) * scale, (data.y0 * CELL + data.y[i] / 2) * scale];
    },

    /* Finds where each symbol stands on the canvas: [x, y, reach, number in the answer, count], the largest last. */
    prepare: function (origin, min, max) {
      this.spots = [];
      const data = this.data, owner = this.owner;
      if (!data || !owner) return;
      const world = 256 * Math.pow(2, this._map.getZoom());
      for (let i = data.x.length - 1; i >= 0; i--) {
        const n = owner.shown(i);
        if (!n) continue;
        const [wx, wy] = this.place(data, i), y = wy - origin.y;
        if (y < min.y - REACH || y > max.y + REACH) continue;
        for (let turn = -2; turn <= 2; turn++) {
          const x = wx + turn * world - origin.x;
          if (x > min.x - REACH && x < max.x + REACH) this.spots.push([x, y, this._reach(data, i, n), i, n]);
        }
      }
    },

    _reach: function (data, i, n) {
      const owner = this.owner, small = data.n[i] === 1 && owner.options.size_by !== "killed";
      return small ? 10.5 : owner.sizeOf(i, n) + (data.n[i] === 1 ? 4 : 3);
    },

    draw: function (context, origin, min, max) {
      const data = this.data, owner = this.owner;
      if (!data || !owner) return;
      const look = atlas.themes[this._map.atlas.theme];
      this._circles(context, origin);
      for (const [x, y, , i, n] of this.spots) {
        if (x > min.x - REACH && x < max.x + REACH && y > min.y - REACH && y < max.y + REACH) this._symbol(context, look, data, i, n, x, y);
      }
      this._selected(context, look, origin);
    },

    _symbol: function (context, look, data, i, n, x, y) {
      const owner = this.owner, r = Math.round(owner.sizeOf(i, n) * 2) / 2, theme = this._map.atlas.theme;
      if (data.n[i] === 1) {
        const own = owner.options.size_by === "killed" ? r : 6.5, entry = owner.palette[data.category[i]] || owner.palette.at(-1);
        stamp(context, [theme, entry.mark, entry.color, own].join(), own * 1.4 + 3, x, y, (c) => drawMark(c, look, entry, own));
        return;
      }
      const stack = data.stack[i], rough = data.rough[i] * 2 > data.n[i];
      stamp(context, [theme, r, stack, rough].join(), r + 8, x, y, (c) => {
        if (stack) this._disc(c, look, 3.5, 3, r, true);
        this._disc(c, look, 0, 0, r, false);
        if (rough) this._dotted(c, look, r + 3.5);
      });
      this._ring(context, look, data, i, x, y, r);
      context.fillStyle = look.ink;
      context.font = (r > 15 ? "600 12px " : "600 11px ") + atlas.font;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(owner.label(i, n), x, y + 0.5);
    },

    _disc: function (context, look, x, y, r, behind) {
      context.beginPath();
      context.arc(x, y, r + 1.5, 0, TAU);
      context.fillStyle = look.paper;
      context.fill();
      if (!behind) return;
      context.strokeStyle = look.faint;
      context.lineWidth = 1.2;
      context.stroke();
    },

    _dotted: function (context, look, r) {
      context.beginPath();
      context.arc(0, 0, r, 0, TAU);
      context.setLineDash([0.1, 3.6]);
      context.lineCap = "round";
      context.lineWidth = 1.5;
      context.strokeStyle = look.faint;
      context.stroke();
    },

    /* What is inside, as parts of the ring. */
    _ring: function (context, look, data, i, x, y, r) {
      const owner = this.owner, wide = r > 18 ? 5 : 4, shares = owner.playing ? null : data.shares[i];
      context.lineWidth = wide;
      context.lineCap = "butt";
      let from = -Math.PI / 2;
      const arc = (part, colour) => {
        context.beginPath();
        context.arc(x, y, r - wide / 2, from, from + part * TAU);
        context.strokeStyle = colour;
        context.stroke();
        from += part * TAU;
      };
      if (!shares) arc(1, look.faint);
      else for (let k = 0; k < shares.length; k += 2) arc(shares[k + 1] / data.n[i], owner.palette[shares[k]].color);
    },

    _circles: function (context, origin) {
      const data = this.data, owner = this.owner;
      if (owner.options.uncertainty === "all") {
        for (let i = 0; i < data.x.length; i++) {
          if (!owner.shown(i) || !(data.uncertainty[i] > 0)) continue;
          const [wx, wy] = this.place(data, i);
          this._circle(context, wx - origin.x, wy - origin.y, wy, data.uncertainty[i], false);
        }
      }
      const chosen = owner.chosen;
      if (!chosen || chosen.lon === null || !(chosen.uncertainty_m > 0)) return;
      const scale = 256 * Math.pow(2, this._map.getZoom()), [x, y] = atlas.project(chosen.lon, chosen.lat);
      this._circle(context, x * scale - origin.x, y * scale - origin.y, y * scale, chosen.uncertainty_m, true);
    },

    /* Metres to pixels at a latitude of the spherical Mercator projection. */
    _circle: function (context, x, y, worldY, metres, strong) {
      const world = 256 * Math.pow(2, this._map.getZoom());
      const r = (metres * world * Math.cosh(Math.PI * (1 - (2 * worldY) / world))) / 40075016.686;
      if (r < 4 || r > 20000) return;
      context.beginPath();
      context.arc(x, y, r, 0, TAU);
      const look = atlas.themes[this._map.atlas.theme];
      context.globalAlpha = strong ? 0.12 : 0.05;
      context.fillStyle = look.accent;
      context.fill();
      context.globalAlpha = strong ? 0.9 : 0.45;
      context.setLineDash([5, 4]);
      context.lineWidth = strong ? 1.6 : 1;
      context.strokeStyle = look.accent;
      context.stroke();
      context.setLineDash([]);
      context.globalAlpha = 1;
    },

    _selected: function (context, look, origin) {
      const chosen = this.owner.chosen;
      if (!chosen || chosen.lon === null) return;
      const scale = 256 * Math.pow(2, this._map.getZoom()), [x, y] = atlas.project(chosen.lon, chosen.lat);
      const left = x * scale - origin.x, top = y * scale - origin.y;
      let reach = 11;
      for (const [sx, sy, r] of this.spots) if (Math.hypot(sx - left, sy - top) < 2) reach = Math.max(reach, r + 2);
      for (const [colour, wide] of [[look.paper, 5], [look.accent, 2.5]]) {
        context.beginPath();
        context.arc(left, top, reach, 0, TAU);
        context.strokeStyle = colour;
        context.lineWidth = wide;
        context.stroke();
      }
    },

    /* The symbol under a layer point, the one drawn last first. */
    hit: function (point) {
      for (let k = this.spots.length - 1; k >= 0; k--) {
        const [x, y, r, i] = this.spots[k];
        if (Math.hypot(point.x - x, point.y - y) <= r) return i;
      }
      return -1;
    },
  });

  /* --- one engine a map: layers come and go with every filter, the drawing stays until the next one is there -------- */

  const PATIENCE = 60; // milliseconds that a jump waits for the incidents of the new place

  class Engine {
    constructor(map) {
      this.map = map;
      this.longest = PATIENCE;
      this.line = new Line(map);
      this.detail = new Line(map);
      this.steps = new Line(map);
      this.known = new Map();
      this.sheet = new Symbols();
      this.sheet.owner = this;
      this.options = null;
      this.playing = null;
      this.chosen = null;
      this.tip = element("div", "atlas-tip");
      this.tip.hidden = true;
      this.tip.setAttribute("role", "tooltip");
      map.getContainer().appendChild(this.tip);
      this.legend = new atlas.Legend({ position: "bottomleft" });
      this.sheet.addTo(map);
      this.legend.addTo(map);
      map.on("moveend", () => this.look());
      map.on("movestart", () => this.stay());
      map.on("zoomstart", () => this.point(null));
      map.on("mousemove", (event) => this.hover(event));
      map.on("mouseout", () => this.point(null));
      map.on("click", (event) => this.click(event));
      map.on("keydown", (event) => this.key(event.originalEvent));
      this.keepDoubleClicks(map.getContainer());
    }

    /* A legend that folds is no longer under the pointer: the second click of two is none on the map. */
    keepDoubleClicks(box) {
      let began = false;
      const keep = (event) => {
        const inside = !!event.target.closest(".leaflet-control");
        if (event.detail < 2) began = inside;
        else if (began && !inside) event.stopImmediatePropagation();
      };
      for (const name of ["click", "dblclick"]) box.addEventListener(name, keep, true);
    }

    /* A new layer takes over. The old answer stays on the map until the new one is there. */
    use(layer, options) {
      const fresh = !this.options || this.options.token !== options.token;
      clearTimeout(this.leaving);
      this.layer = layer;
      this.options = options;
      this.palette = options.palette;
      atlas.look(this.map, options.theme, options.language, options.texts);
      if (fresh) {
        this.known.clear();
        this.wanted = null;
        this.closeList();
      }
      if (options.mode !== "incidents") {
        this.stopPlaying();
        this.sheet.data = this.wanted = null;
        this.line.cancel();
      }
      this.map.atlas.draw.show(options.outline);
      this.select(options.selected);
      this.surface = atlas.surface(this, this.surface);
      this.look();
      this.sheet.repaint();
      this.legend.tell(this);
      this.map.atlas.player.show();
    }

    leave(layer) {
      if (layer !== this.layer) return;
      this.leaving = setTimeout(() => {
        for (const line of [this.line, this.detail, this.steps]) line.cancel();
        this.options = this.sheet.data = this.layer = this.chosen = this.wanted = null;
        this.surface = atlas.surface(this, this.surface);
        this.sheet.repaint();
        this.legend.tell(this);
        this.map.atlas.player.show();
        this.point(null);
      }, 400);
    }

    url(what, values) {
      return `${this.options.root}/${what}/${this.options.token}?${query(values)}`;
    }

    /* The view with a margin (a share of the screen), snapped to four cells so that small moves ask nothing. */
    window(margin, center = this.map.getCenter(), scale = this.map.getZoom()) {
      const zoom = Math.max(0, Math.min(20, Math.round(scale))), step = 4, side = Math.pow(2, zoom + LEVELS);
      const size = this.map.getSize(), half = size.divideBy(2), middle = this.map.project(center, zoom);
      const box = L.bounds(middle.subtract(half), middle.add(half));
      const down = (v) => Math.floor(v / CELL / step) * step, up = (v) => Math.ceil(v / CELL / step) * step;
      let x0 = down(box.min.x - size.x * margin), x1 = up(box.max.x + size.x * margin);
      if (x1 - x0 >= side) [x0, x1] = [0, side];
      const turns = Math.floor(x0 / side) * side;
      const y0 = Math.min(Math.max(down(box.min.y - size.y * margin), 0), side);
      const y1 = Math.min(Math.max(up(box.max.y + size.y * margin), 0), side);
      return { z: zoom, x0: x0 - turns, y0, x1: x1 - turns, y1, turns };
    }

    covers(view) {
      const have = this.wanted;
      if (!have || have.z !== view.z || have.token !== this.options.token || have.play !== !!this.playing ||
          have.circles !== this.options.uncertainty) return false;
      const side = Math.pow(2, view.z + LEVELS);
      if (have.x1 - have.x0 >= side) return have.y0 <= view.y0 && have.y1 >= view.y1;
      const shift = view.turns - have.turns;
      return have.x0 <= view.x0 + shift && have.x1 >= view.x1 + shift && have.y0 <= view.y0 && have.y1 >= view.y1;
    }

    look() {
      const size = this.map.getSize();
      if (!this.options || !size.x || !size.y || this.map._animatingZoom) return;
      if (this.options.mode !== "incidents") return this.surface.look();
      if (!this.covers(this.window(0.1))) this.want(this.window(this.playing ? 0.15 : 0.35));
    }

    want(view) {
      const { token, uncertainty: circles } = this.options, play = !!this.playing;
      this.wanted = { ...view, token, play, circles };
      const { z, x0, y0, x1, y1 } = view, values = { z, x0, y0, x1, y1 }, key = [token, play, circles].join();
      if (circles === "all") values.u = 1;
      const asked = performance.now();
      this.line.ask(this.url("view", values), (answer) => this.take(Object.assign(unpack(answer), { query: values, asked, key })));
    }

    take(data) {
      if (this.playing) this.playing.take(data, () => this.present(data));
      else this.present(data);
    }

    present(data) {
      this.point(null);
      if (this.leap) {
        Object.assign(this.sheet, { data, spots: [] });
        this.leap();
      } else {
        const painted = this.sheet.show(data);
        if (painted && this.map.atlas.names && !this.playing) this.map.atlas.names.repaint();
      }
      this.legend.tell(this);
      this.legend.settle(this);
      this.uncrowd();
      data.drawn = performance.now();
      this.map.fire("atlas:drawn", { data });
    }

    /* On a narrow screen the first view is moved, or widened, until no symbol lies under the buttons. */
    uncrowd() {
      const size = this.map.getSize(), pane = this.map.getContainer(), spots = this.sheet.spots;
      if (this.crowdedTries === 0 || size.x > 560 || !spots.length || this.playing) return;
      this.crowdedTries = (this.crowdedTries ?? 3) - 1;
      const frame = pane.getBoundingClientRect(), bars = pane.querySelectorAll(".leaflet-top.leaflet-left .leaflet-control");
      const boxes = [...bars].map((bar) => bar.getBoundingClientRect());
      const right = Math.max(0, ...boxes.map((box) => box.right - frame.left)), foot = Math.max(0, ...boxes.map((box) => box.bottom - frame.top));
      const seen = spots.map(([x, y, reach]) => [...Object.values(this.map.layerPointToContainerPoint([x, y])), reach]);
      const inView = seen.filter(([x, y]) => x > 0 && y > 0 && x < size.x && y < size.y);
      const under = inView.filter(([x, y, reach]) => x - reach < right && y - reach < foot);
      if (!under.length) return;
      const need = right + 8 - Math.min(...under.map(([x, , reach]) => x - reach));
      const room = size.x - Math.max(...inView.map(([x, , reach]) => x + reach));
      if (need <= room) this.map.panBy([-need, 0], { animate: false });
      else this.map.setZoom(this.map.getZoom() - 1, { animate: false });
    }

    /* Before a jump the new place is asked for, so that ground and incidents change in one frame. A slow server is not
       waited for. Says whether it will call `go`. */
    ahead(center, zoom, go) {
      const size = this.map.getSize(), { options } = this;
      this.stay();
      if (!options || options.mode !== "incidents" || this.playing || !size.x || !size.y) return false;
      if (this.covers(this.window(0.1, center, zoom))) return false;
      this.leap = () => {
        this.stay();
        go();
      };
      this.patience = setTimeout(this.leap, this.longest);
      this.want(this.window(0.35, center, zoom));
      return true;
    }

    /* Forgets a jump that has not happened yet: the reader does something newer. */
    stay() {
      clearTimeout(this.patience);
      this.leap = null;
    }

    /* --- sizes and labels --- */

    shown(i) {
      const data = this.sheet.data;
      return this.playing ? this.playing.count(i) : data.n[i];
    }
    sizeOf(i, n) {
      const data = this.sheet.data;
      if (this.playing) return data.n[i] === 1 ? radius(1) : Math.max(radius(this.playing.eased(i)), 9.5);
      if (this.options.size_by !== "killed") return radius(n);
      const k = data.killed[i];
      return k > 0 ? Math.min(5 + 4.6 * Math.log2(1 + k) ** 0.85, 38) : data.n[i] === 1 ? 4.5 : 9;
    }
    label(i, n) {
      const data = this.sheet.data;
      if (this.options.size_by !== "killed" || this.playing) return short(n);
      return data.killed[i] > 0 ? "≥" + short(data.killed[i]) : "–";
    }

    /* --- pointing --- */

    hover(event) {
      if (!this.options || this.options.mode !== "incidents" || this.map.dragging.moving()) return;
      const i = this.sheet.hit(event.layerPoint);
      this.map.getContainer().classList.toggle("atlas-pointing", i >= 0);
      if (i < 0) return this.point(null);
      if (this.pointed === i) return this.moveTip(event.containerPoint);
      this.point(i);
      this.moveTip(event.containerPoint);
      const data = this.sheet.data;
      if (data.n[i] > 1) return this.tellCluster(i);
      clearTimeout(this.resting);
      const row = data.row[i];
      if (this.known.has(row)) return this.tellIncident(this.known.get(row));
      this.resting = setTimeout(() => this.fetchRow(row, (facts) => this.pointed === i && this.tellIncident(facts)), 40);
    }

    fetchRow(row, use) {
      if (this.known.has(row)) return use(this.known.get(row));
      this.detail.ask(this.url("incident", { row }), (facts) => {
        if (this.known.size > 500) this.known.clear();
        this.known.set(row, facts);
        use(facts);
      });
    }

    point(i) {
      clearTimeout(this.resting);
      this.pointed = i;
      this.tip.hidden = true;
      if (i === null) this.map.getContainer().classList.remove("atlas-pointing");
    }

    moveTip(at) {
      const size = this.map.getSize(), right = at.x > size.x / 2, low = at.y > size.y / 2;
      this.tip.style.left = right ? "" : at.x + 14 + "px";
      this.tip.style.right = right ? size.x - at.x + 14 + "px" : "";
      this.tip.style.top = low ? "" : at.y + 14 + "px";
      this.tip.style.bottom = low ? size.y - at.y + 14 + "px" : "";
    }

    tell(title, lines) {
      this.tip.replaceChildren(element("b", "", title), ...lines.filter(Boolean).map((text) => element("div", "", text)));
      this.tip.hidden = false;
    }

    tellIncident(facts) {
      const said = this.describe(facts);
      this.tell(facts.title, [said.line, said.figures, said.where]);
    }

    /* The lines under a title: when and of what kind; the figures as ranges; how well the place is known. */
    describe(facts) {
      const language = this.map.atlas.language, entry = this.palette[facts.category];
      const range = ([low, high]) => {
        const [a, b] = [low, high].map((v) => (v === null ? null : v.toLocaleString(language)));
        if (a === null && b === null) return null;
        if (b === null) return words("atLeast", { n: a });
        if (a === null) return words("atMost", { n: b });
        return a === b ? a : a + "–" + b;
      };
      const figures = ["killed", "injured", "bodies"].map((key) => [key, range(facts[key])])
        .filter(([, text]) => text !== null).map(([key, n]) => words(key, { n }));
      const metres = facts.uncertainty_m;
      const reach = metres === null ? null : metres >= 1000
        ? (metres / 1000).toLocaleString(language, { maximumFractionDigits: 1 }) + " km" : Math.round(metres) + " m";
      return {
        line: [this.when(facts), entry && entry.label, words("grading_" + facts.grading)].filter(Boolean).join(" · "),
        figures: figures.join(" · "),
        where: [facts.place, reach && words("uncertainty", { n: reach })].filter(Boolean).join(" · "),
      };
    }

    when(facts) {
      const language = this.map.atlas.language;
      const day = (iso, detail) => new Date(iso + "T00:00:00Z").toLocaleDateString(language, { timeZone: "UTC", ...detail });
      const full = { day: "numeric", month: "short", year: "numeric" };
      const { date_start: start, date_end: end, date_precision: precision, date_discovered: found } = facts;
      if (!start) return found ? words("discovered", { n: day(found, full) }) : words("noDate");
      if (precision === "month") return day(start, { month: "long", year: "numeric" });
      if (precision === "year") return day(start, { year: "numeric" });
      return end && end !== start ? day(start, full) + " – " + day(end, full) : day(start, full);
    }

    tellCluster(i) {
      const data = this.sheet.data, n = data.n[i], shares = data.shares[i], rows = [];
      for (let k = 0; k < shares.length; k += 2) rows.push([shares[k + 1], this.palette[shares[k]].label]);
      rows.sort((a, b) => b[0] - a[0]);
      const lines = rows.slice(0, 5).map(([count, label]) => `${label}: ${number(this.map, count)}`);
      if (rows.length > 5) lines.push("…");
      if (data.stated[i]) {
        lines.push(words("clusterKilled", { n: number(this.map, data.killed[i]), of: number(this.map, data.stated[i]) }));
      }
      if (data.rough[i]) lines.push(words("clusterRough", { n: number(this.map, data.rough[i]), of: number(this.map, n) }));
      lines.push(words(data.stack[i] ? "openStack" : "openCluster"));
      this.tell(words("incidents", { n: number(this.map, n) }), lines);
    }

    /* --- choosing --- */

    click(event) {
      if (!this.options || this.options.mode !== "incidents" || this.map.atlas.drawing) return;
      const i = this.sheet.hit(event.layerPoint);
      if (i >= 0) this.open(i);
    }

    key(event) {
      if (event.key === "Escape") this.closeList();
      const onMap = event.target === this.map.getContainer(); // not on a button, or on the legend
      if (event.key !== "Enter" || !onMap || !this.options || this.options.mode !== "incidents") return;
      const centre = this.map.latLngToLayerPoint(this.map.getCenter());
      let best = -1, least = 120;
      for (const [x, y, , i] of this.sheet.spots) {
        const far = Math.hypot(x - centre.x, y - centre.y);
        if (far < least) [best, least] = [i, far];
      }
      if (best >= 0) this.open(best);
    }

    open(i) {
      const data = this.sheet.data;
      if (data.n[i] === 1) return this.fetchRow(data.row[i], (facts) => this.choose(facts));
      const values = { z: data.query.z, x0: data.query.x0, y0: data.query.y0, x1: data.query.x1, y1: data.query.y1, i };
      this.point(null);
      this.detail.ask(this.url("open", { ...values, offset: 0 }), (page) => {
        if (page.same || this.map.getZoom() >= this.map.getMaxZoom()) {
          this.list(values, page);
          return this.uncover(page.extent);
        }
        const [west, south, east, north] = page.extent, turns = Math.round(this.map.getCenter().lng / 360) * 360;
        const bounds = L.latLngBounds([south, west + turns], [north, east + turns]);
        const zoom = Math.max(this.map.getBoundsZoom(bounds.pad(0.15)), this.map.getZoom() + 1);
        this.map.setView(bounds.getCenter(), Math.min(zoom, this.map.getMaxZoom()));
      });
    }

    /* Tells st_folium: `last_object_clicked_tooltip` becomes the id, `last_object_clicked` the place. */
    choose(facts) {
      this.chosen = facts;
      this.sheet.repaint();
      const says = (text) => ({ getContent: () => text });
      this.layer.fire("click", {
        latlng: L.latLng(facts.lat, facts.lon),
        sourceTarget: {
          _tooltip: { _content: facts.id }, getTooltip: () => says(facts.id), getPopup: () => says({ innerText: facts.id }),
          _popup: { _content: facts.id },
        },
      });
      this.map.fire("atlas:chosen", { id: facts.id });
    }

    select(id) {
      if (!id) {
        this.chosen = null;
        return;
      }
      if (this.chosen && this.chosen.id === id) return;
      fetch(this.url("incident", { id })).then((answer) => (answer.ok ? answer.json() : null)).then((facts) => {
        if (!facts || !this.options || this.options.selected !== id) return;
        this.chosen = facts;
        this.sheet.repaint();
      }).catch(() => undefined);
    }

    /* --- many on one spot: a list, page by page --- */

    list(values, page) {
      this.closeList();
      const box = new L.Control({ position: "topright" });
      box.onAdd = () => {
        const card = element("section", "atlas-card atlas-list");
        card.setAttribute("aria-label", words("stackTitle", { n: page.n }));
        L.DomEvent.disableClickPropagation(card);
        L.DomEvent.disableScrollPropagation(card);
        this.fillList(card, values, page);
        return card;
      };
      this.listed = box.addTo(this.map);
      this.legend.giveWay(true);
    }

    /* Moves a place out from under the list, where the screen is wide enough. */
    uncover([west, south]) {
      const size = this.map.getSize(), turns = Math.round(this.map.getCenter().lng / 360) * 360;
      const at = this.map.latLngToContainerPoint([south, west + turns]), free = size.x - 330;
      if (free > 230 && at.x > free - 40) this.map.panBy([at.x - free / 2, 0]);
    }

    fillList(card, values, page) {
      const head = element("header", "", words("stackTitle", { n: number(this.map, page.n) }));
      const close = head.appendChild(element("button", "", "×"));
      close.type = "button";
      close.setAttribute("aria-label", words("close"));
      close.onclick = () => this.closeList();
      const rows = element("ol");
      for (const facts of page.rows) {
        const button = element("button", "", facts.title);
        button.type = "button";
        const said = this.describe(facts);
        button.appendChild(element("small", "", [said.line, said.figures].filter(Boolean).join(" · ")));
        button.onclick = () => this.choose(facts);
        rows.appendChild(element("li")).appendChild(button);
      }
      card.replaceChildren(head, rows, this.pager(card, values, page));
    }

    pager(card, values, page) {
      const foot = element("footer"), last = page.offset + page.rows.length;
      const step = (label, offset, able) => {
        const button = element("button", "", label);
        button.type = "button";
        button.disabled = !able;
        button.onclick = () => this.detail.ask(this.url("open", { ...values, offset }), (next) => this.fillList(card, values, next));
        return button;
      };
      foot.append(step(words("previous"), Math.max(page.offset - page.size, 0), page.offset > 0),
        element("span", "", words("page", { from: page.offset + 1, to: last, n: number(this.map, page.n) })),
        step(words("next"), last, last < page.n));
      return foot;
    }

    closeList() {
      if (this.listed) this.listed.remove();
      this.listed = null;
      this.legend.giveWay(false);
    }

    stopPlaying() {
      this.steps.cancel();
      this.playing = null;
    }
  }

  /* --- legend ---------------------------------------------------------------------------------------------------------- */

  atlas.Legend = L.Control.extend({
    onAdd: function () {
      this._box = element("div", "atlas-card atlas-legend");
      L.DomEvent.disableClickPropagation(this._box);
      L.DomEvent.disableScrollPropagation(this._box);
      this._open = this._map ? this._map.getSize().x > 560 : true;
      return this._box;
    },

    /* An open list needs the room. */
    giveWay: function (away) {
      this._away = away;
      this._box.classList.toggle("atlas-away", away);
    },

    tell: function (engine) {
      this._box.hidden = !engine.options;
      const key = this._key(engine);
      if (!engine.options || (key && key === this._told)) return;
      this._told = key;
      const fold = element("details");
      fold.open = this._open;
      fold.ontoggle = () => (this._open = fold.open);
      const summary = element("summary", "", words("legend"));
      summary.onclick = () => (this._touched = true);
      fold.append(summary);
      if (engine.options.mode === "incidents") this._incidents(engine, fold);
      else engine.surface.explain(fold);
      this._box.replaceChildren(fold);
    },

    /* The first answer to a filter: until the reader touches it, the legend folds where it would cover symbols. */
    settle: function ({ options, sheet }) {
      const fold = this._box.firstChild;
      if (this._touched || !fold || !fold.open || this._settled === options.token) return;
      this._settled = options.token;
      const frame = this._map.getContainer().getBoundingClientRect(), box = this._box.getBoundingClientRect();
      const low = this._map.containerPointToLayerPoint([box.left - frame.left, box.top - frame.top]);
      const high = this._map.containerPointToLayerPoint([box.right - frame.left, box.bottom - frame.top]);
      const covers = ([x, y, reach]) => x + reach > low.x && x - reach < high.x && y + reach > low.y && y - reach < high.y;
      if (sheet.spots.some(covers)) this._open = fold.open = false;
    },

    /* What the legend of the symbols says, in short; null for the surfaces, which tell only when they change. */
    _key: function ({ options, sheet: { data } }) {
      if (!options || options.mode !== "incidents") return null;
      return JSON.stringify([options.token, options.size_by, options.theme, options.language, data && [data.everywhere, this._notes(data)]]);
    },

    _notes: (data) => [
      ...(data.rough.some((n, i) => n * 2 > data.n[i] && data.n[i] > 1) ? ["dotted"] : []),
      ...(data.stack.some(Boolean) ? ["doubled"] : []),
    ],

    _incidents: function (engine, fold) {
      const data = engine.sheet.data, list = element("ul");
      if (!data) return;
      // the whole filter: the answer's own window has a margin, so its counts fit nothing that a reader can see
      const counts = data.everywhere || [];
      const all = counts.reduce((sum, n) => sum + n, 0);
      const seen = counts.map((n, code) => [n, code]).filter(([n]) => n).sort((a, b) => b[0] - a[0]);
      for (const [n, code] of seen) {
        const row = element("li"), entry = engine.palette[code];
        row.append(swatch(entry), element("span", "", entry.label), element("span", "", number(engine.map, n)));
        list.append(row);
      }
      fold.append(element("p", "", words("legendAll", { n: number(engine.map, all) })), list);
      const notes = [engine.options.size_by === "killed" ? "sizeKilled" : "sizeCount", ...this._notes(data)];
      const more = element("details");
      more.open = this._explained;
      more.ontoggle = () => (this._explained = more.open);
      more.append(element("summary", "", words("howToRead")), ...notes.map((key) => element("p", "", words(key))));
      fold.append(more);
    },
  });

  /* --- the Leaflet layer that folium adds ------------------------------------------------------------------------------ */

  atlas.Incidents = L.Layer.extend({
    initialize: function (options) {
      L.setOptions(this, options);
    },
    onAdd: function (map) {
      if (!map.atlas.engine) {
        map.atlas.engine = new Engine(map);
        const reset = map._resetView; // how Leaflet changes the view without an animation
        map._resetView = (...view) => {
          if (!map.atlas.engine.ahead(view[0], view[1], () => reset.apply(map, view))) reset.apply(map, view);
        };
      }
      map.atlas.engine.use(this, this.options);
    },
    onRemove: function (map) {
      map.atlas.engine.leave(this);
    },
  });
  atlas.incidents = (options) => new atlas.Incidents(options);
})();
