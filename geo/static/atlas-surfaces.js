/* Areas coloured by count, and the density surface: drawn under the names, each with its own legend. */
(function () {
  "use strict";

  const atlas = window.atlas, { element, words } = atlas;

  const ramps = {
    light: ["#f6e3c5", "#ecc08a", "#dd9257", "#bd5b36", "#84301f"],
    dark: ["#4a3527", "#74492c", "#a56433", "#d58a45", "#ffc27a"],
  };

  const number = (map, n) => n.toLocaleString(map.atlas.language, { maximumFractionDigits: n < 10 ? 2 : 0 });

  /* Rounds to 1, 2 or 5 times a power of ten, so that a legend reads well. */
  function round(n) {
    const power = Math.pow(10, Math.floor(Math.log10(n))), lead = n / power;
    return Math.round(lead >= 5 ? 5 * power : lead >= 2 ? 2 * power : power);
  }

  /* Upper bounds of at most five classes, at equal shares of the areas and at round numbers. */
  function classes(counts) {
    const sorted = counts.filter((n) => n > 0).sort((a, b) => a - b), bounds = [];
    if (!sorted.length) return bounds;
    for (let k = 1; k < 5; k++) {
      const bound = round(Math.max(sorted[Math.floor((k * sorted.length) / 5)], 1));
      if (bound > (bounds.at(-1) || 0) && bound < sorted.at(-1)) bounds.push(bound);
    }
    bounds.push(sorted.at(-1));
    return bounds;
  }
  atlas.classes = classes;

  const shade = (ramp, k, of) => ramp[of < 2 ? 2 : Math.round((k * (ramp.length - 1)) / (of - 1))];

  function row(map, colour, text, extra) {
    const line = element("li"), box = element("span", "atlas-swatch");
    box.style.background = colour;
    line.append(box, element("span", "", text));
    if (extra) line.append(element("span", "", extra));
    return line;
  }

  /* --- areas ------------------------------------------------------------------------------------------------------- */

  const shapesOf = new Map();

  function loadAreas(url, level) {
    if (!shapesOf.has("file")) {
      shapesOf.set("file", fetch(url).then((answer) => answer.json()).catch((e) => { shapesOf.delete("file"); throw e; }));
    }
    return shapesOf.get("file").then((raw) => {
      if (!shapesOf.has(level)) {
        const areas = new Map();
        for (const code of Object.keys(raw[level])) {
          const [en, uk, quantum, packed] = raw[level][code];
          areas.set(code, { en, uk, parts: atlas.shapes(packed, quantum) });
        }
        shapesOf.set(level, areas);
      }
      return shapesOf.get(level);
    });
  }

  function holds(part, x, y) {
    if (x < part.box[0] || x > part.box[2] || y < part.box[1] || y > part.box[3]) return false;
    let inside = false;
    for (const line of part.lines) {
      for (let i = 0, j = line.length - 2; i < line.length; j = i, i += 2) {
        if (line[i + 1] > y !== line[j + 1] > y &&
            x < ((line[j] - line[i]) * (y - line[i + 1])) / (line[j + 1] - line[i + 1]) + line[i]) inside = !inside;
      }
    }
    return inside;
  }

  const AreaSheet = atlas.Sheet.extend({
    options: { className: "atlas-areas", pane: "atlasAreas" },
    initialize: function (surface) {
      this._layers = {};
      this.surface = surface;
    },
    draw: function (context, origin, min, max) {
      const { areas, counts, bounds, engine } = this.surface;
      if (!areas || !counts) return;
      const theme = this._map.atlas.theme, look = atlas.themes[theme], ramp = ramps[theme];
      const scale = 256 * Math.pow(2, this._map.getZoom());
      for (let turn = -1; turn <= 1; turn++) {
        const left = origin.x - turn * scale;
        const view = [(min.x + left) / scale, (min.y + origin.y) / scale, (max.x + left) / scale, (max.y + origin.y) / scale];
        for (const [code, area] of areas) {
          const n = counts[code];
          if (!n) continue;
          context.beginPath();
          atlas.trace(context, area.parts, view, scale, left, origin.y);
          context.globalAlpha = 0.82;
          context.fillStyle = shade(ramp, bounds.findIndex((bound) => n <= bound), bounds.length);
          context.fill("evenodd");
          context.globalAlpha = 1;
          context.strokeStyle = engine.pointedArea === code ? look.ink : look.land;
          context.lineWidth = engine.pointedArea === code ? 2 : 1;
          context.stroke();
        }
      }
    },
  });

  class Areas {
    constructor(engine) {
      this.engine = engine;
      this.line = new atlas.Line(engine.map);
      this.sheet = new AreaSheet(this).addTo(engine.map);
      this.move = (event) => this.hover(event);
      engine.map.on("mousemove", this.move);
    }
    refresh() {
      const { engine } = this, { token } = engine.options, asked = engine.options.level;
      const far = engine.map.getZoom() <= 4 ? "country" : "admin1", level = asked === "auto" ? far : asked, key = token + level;
      this.sheet.repaint();
      if (this.key === key) return;
      this.key = key;
      this.ask(key, level, asked === "auto" && level === "country");
    }
    /* Countries where one looks from afar and the incidents lie in several; else regions. */
    ask(key, level, ifSeveral) {
      const { engine } = this;
      loadAreas(engine.map.atlas.options.regions, level).then((areas) => {
        if (this.key !== key || this.gone) return;
        this.line.ask(engine.url("areas", { level }), (data) => {
          if (ifSeveral && Object.keys(data.counts).length < 2) return this.ask(key, "admin1", false);
          Object.assign(this, { areas, level, counts: data.counts, elsewhere: data.elsewhere, bounds: classes(Object.values(data.counts)) });
          this.sheet.paint();
          engine.legend.tell(engine);
          engine.map.fire("atlas:drawn", { data });
        });
      }).catch(() => engine.map.fire("atlas:notice", { key: "noBasemap" }));
    }
    look() {
      if (this.key) this.refresh();
    }
    hover(event) {
      const { engine } = this, at = event.latlng.wrap(), [x, y] = atlas.project(at.lng, at.lat);
      let found = null;
      if (this.areas) {
        for (const [code, area] of this.areas) if (area.parts.some((part) => holds(part, x, y))) { found = code; break; }
      }
      if (engine.pointedArea !== found) {
        engine.pointedArea = found;
        this.sheet.repaint();
      }
      if (!found) return engine.point(null);
      const area = this.areas.get(found), n = this.counts[found] || 0;
      engine.tell((engine.map.atlas.language === "uk" && area.uk) || area.en, [words("incidents", { n: number(engine.map, n) })]);
      engine.moveTip(event.containerPoint);
    }
    explain(fold) {
      const { engine, bounds } = this, map = engine.map;
      fold.append(element("h4", "", words(this.level === "country" ? "countryCounts" : "areaCounts")));
      if (!bounds) return;
      const list = element("ul");
      bounds.forEach((bound, k) => {
        const low = k ? bounds[k - 1] + 1 : 1;
        const text = low === bound ? number(map, bound) : number(map, low) + "–" + number(map, bound);
        list.append(row(map, shade(ramps[map.atlas.theme], k, bounds.length), text));
      });
      list.append(row(map, "transparent", words("areaNone")));
      fold.append(list);
      if (this.elsewhere) fold.append(element("p", "", words("areaElsewhere", { n: number(map, this.elsewhere) })));
    }
    leave() {
      this.gone = true;
      this.line.cancel();
      this.engine.map.off("mousemove", this.move);
      this.sheet.remove();
      this.engine.pointedArea = null;
      this.engine.point(null);
    }
  }

  /* --- density ------------------------------------------------------------------------------------------------------ */

  const SMOOTH = 2, PASSES = 3, SQUARE = 8;

  function blurred(values, wide, high) {
    let from = values, to = new Float32Array(values.length);
    const pass = (count, length, step, jump) => {
      for (let line = 0; line < count; line++) {
        let sum = 0;
        const start = line * jump;
        for (let i = -SMOOTH; i < length; i++) {
          if (i + SMOOTH < length) sum += from[start + (i + SMOOTH) * step];
          if (i - SMOOTH - 1 >= 0) sum -= from[start + (i - SMOOTH - 1) * step];
          if (i >= 0) to[start + i * step] = Math.max(sum, 0) / (2 * SMOOTH + 1);
        }
      }
      [from, to] = [to, from === values ? new Float32Array(values.length) : from];
    };
    for (let k = 0; k < PASSES; k++) {
      pass(high, wide, 1, wide);
      pass(wide, high, wide, 1);
    }
    return from;
  }

  const channels = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));

  function blend(ramp, share) {
    const at = Math.min(Math.max(share, 0), 1) * (ramp.length - 1), k = Math.min(Math.floor(at), ramp.length - 2);
    const [a, b] = [channels(ramp[k]), channels(ramp[k + 1])];
    return a.map((v, i) => Math.round(v + (b[i] - v) * (at - k)));
  }

  const DensitySheet = atlas.Sheet.extend({
    options: { className: "atlas-density", pane: "atlasAreas" },
    initialize: function (surface) {
      this._layers = {};
      this.surface = surface;
    },
    draw: function (context, origin, min, max) {
      const { picture, data } = this.surface;
      if (!picture) return;
      const zoom = this._map.getZoom(), scale = Math.pow(2, zoom - data.z), world = 256 * Math.pow(2, zoom);
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = "high";
      for (let turn = -2; turn <= 2; turn++) {
        const left = data.x0 * 64 * scale + turn * world - origin.x, top = data.y0 * 64 * scale - origin.y;
        const wide = picture.width * SQUARE * scale, high = picture.height * SQUARE * scale;
        if (left < max.x && left + wide > min.x) context.drawImage(picture, left, top, wide, high);
      }
    },
  });

  class Density {
    constructor(engine) {
      this.engine = engine;
      this.line = new atlas.Line(engine.map);
      this.sheet = new DensitySheet(this).addTo(engine.map);
    }
    refresh() {
      if (this.theme !== this.engine.map.atlas.theme && this.data) this.colour();
      this.look();
    }
    look() {
      const { engine } = this, seen = engine.window(0), have = this.asked;
      const side = Math.pow(2, seen.z + 2), shift = have ? seen.turns - have.turns : 0;
      if (have && have.z === seen.z && have.token === engine.options.token && have.y0 <= seen.y0 && have.y1 >= seen.y1 &&
          (have.x1 - have.x0 >= side || (have.x0 <= seen.x0 + shift && have.x1 >= seen.x1 + shift))) return;
      const view = engine.window(0.3), { z, x0, y0, x1, y1 } = view;
      this.asked = { ...view, token: engine.options.token };
      this.line.ask(engine.url("density", { z, x0, y0, x1, y1 }), (data) => {
        this.data = data;
        this.colour();
        engine.legend.tell(engine);
        engine.map.fire("atlas:drawn", { data });
      });
    }
    /* Counts to incidents per km², smoothed, on a logarithmic scale. */
    colour() {
      const { data, engine } = this, values = new Float32Array(data.wide * data.high);
      const side = Math.pow(2, data.level);
      let at = 0, least = Infinity, most = 0;
      data.index.forEach((step, k) => {
        at += step;
        const y = (data.y0 * (side / Math.pow(2, data.z + 2)) + Math.floor(at / data.wide) + 0.5) / side;
        const km = 40075.016686 / side / Math.cosh(Math.PI * (1 - 2 * y));
        values[at] = data.count[k] / (km * km);
      });
      const smooth = blurred(values, data.wide, data.high);
      for (const v of smooth) if (v > 0) most = Math.max(most, v);
      least = most / 1000;
      this.range = [least, most];
      this.theme = engine.map.atlas.theme;
      const ramp = ramps[this.theme], picture = document.createElement("canvas");
      picture.width = Math.max(data.wide, 1);
      picture.height = Math.max(data.high, 1);
      const context = picture.getContext("2d"), image = context.createImageData(picture.width, picture.height);
      for (let i = 0; i < smooth.length; i++) {
        const share = smooth[i] > least ? Math.log(smooth[i] / least) / Math.log(most / least) : 0;
        if (!share) continue;
        const [r, g, b] = blend(ramp, share);
        image.data.set([r, g, b, Math.round(255 * Math.min(share * 1.7, 0.85))], i * 4);
      }
      context.putImageData(image, 0, 0);
      this.picture = picture;
      this.sheet.paint();
    }
    explain(fold) {
      const { engine, range, data } = this, map = engine.map;
      fold.append(element("h4", "", words("density")));
      if (!range || !range[1]) return;
      const list = element("ul"), steps = [0.25, 0.5, 0.75, 1];
      for (const share of steps) {
        const value = range[0] * Math.pow(range[1] / range[0], share);
        list.append(row(map, `rgb(${blend(ramps[map.atlas.theme], share)})`, "≤ " + Number(value.toPrecision(2)).toLocaleString(map.atlas.language, { maximumSignificantDigits: 2 })));
      }
      const y = (data.y0 + data.y1) / 2 / Math.pow(2, data.z + 2);
      const km = 40075.016686 / Math.pow(2, data.level) / Math.cosh(Math.PI * (1 - 2 * y));
      const side = km >= 1 ? number(map, km) + " km" : Math.round(km * 1000) + " m";
      fold.append(list, element("p", "", words("densityNote", { n: side })));
    }
    leave() {
      this.line.cancel();
      this.sheet.remove();
    }
  }

  const kinds = { choropleth: Areas, density: Density };
  const nothing = { look() {}, explain() {}, refresh() {}, leave() {} };

  /* The surface for a layer's mode: the one that is there, or a new one. */
  atlas.surface = (engine, before) => {
    const Kind = engine.options && kinds[engine.options.mode];
    if (Kind && before instanceof Kind) {
      before.refresh();
      return before;
    }
    if (before) before.leave();
    const surface = Kind ? new Kind(engine) : nothing;
    engine.surface = surface;
    surface.refresh();
    return surface;
  };
})();
