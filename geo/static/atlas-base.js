/* The ground the map stands on: land, water, borders and names, drawn on canvases from one local file.
   Also the small furniture: coordinates under the cursor, scale bar, notices. Asks only the server that sent it. */
(function () {
  "use strict";

  const atlas = (window.atlas = window.atlas || {});

  atlas.themes = {
    light: {
      water: "#d9e3e6", land: "#f6f2e9", home: "#fcfaf4", shore: "#b9c8cd", lake: "#d9e3e6", river: "#c3d4da",
      region: "#d3cabb", country: "#a1957f", ink: "#2e2a24", town: "#4a453c", areaName: "#9c917f",
      countryName: "#7d735f", seaName: "#8ca5ae", halo: "rgba(250,247,240,.92)", paper: "#fffdf8", dot: "#8d8474",
      accent: "#0b5cad", faint: "#6b6457", line: "#cfc6b6",
    },
    dark: {
      water: "#10171b", land: "#1d2327", home: "#232a2e", shore: "#2c393f", lake: "#10171b", river: "#16232a",
      region: "#353f45", country: "#616d74", ink: "#eceae4", town: "#c3c6c4", areaName: "#7f8a8f",
      countryName: "#98a2a6", seaName: "#4d646f", halo: "rgba(22,28,32,.92)", paper: "#161b1e", dot: "#7d878b",
      accent: "#7db8f0", faint: "#a4acaf", line: "#3a444a",
    },
  };

  /* --- reading ------------------------------------------------------------------------------------------------ */

  const TAU = 2 * Math.PI;

  function mercator(lat) {
    const sine = Math.sin((Math.max(Math.min(lat, 85.0511), -85.0511) * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (2 * TAU);
  }

  atlas.project = (lon, lat) => [(lon + 180) / 360, mercator(lat)];
  atlas.unproject = (x, y) => [x * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];

  /* Reads a line written by scripts/build_basemap.py: longitude and latitude in whole steps of the quantum. */
  function decode(text) {
    const out = new Int32Array(text.length);
    let at = 0, used = 0, lon = 0, lat = 0;
    const next = () => {
      let shift = 0, value = 0, piece;
      do {
        piece = text.charCodeAt(at++) - 63;
        value |= (piece & 31) << shift;
        shift += 5;
      } while (piece >= 32);
      return value & 1 ? ~(value >> 1) : value >> 1;
    };
    while (at < text.length) {
      out[used++] = lon += next();
      out[used++] = lat += next();
    }
    return out.slice(0, used);
  }

  /* Whole steps to world units ([0, 1] across, y down). */
  function projected(steps, quantum) {
    const out = new Float64Array(steps.length);
    for (let i = 0; i < steps.length; i += 2) {
      out[i] = (steps[i] * quantum + 180) / 360;
      out[i + 1] = mercator(steps[i + 1] * quantum);
    }
    return out;
  }

  /* Lines with the box around the first of them. Where a box in whole degrees is given, they are read and projected when
     they are first drawn, which most never are. */
  class Shape {
    constructor(rings, quantum, box) {
      this.rings = rings;
      this.quantum = quantum;
      if (box) this.box = [(box[0] + 180) / 360, mercator(box[3]), (box[2] + 180) / 360, mercator(box[1])];
      else this.read();
    }
    read() {
      this.rings = this.rings.map(decode);
      let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
      const first = this.rings[0];
      for (let i = 0; i < first.length; i += 2) {
        if (first[i] < west) west = first[i];
        if (first[i] > east) east = first[i];
        if (first[i + 1] < south) south = first[i + 1];
        if (first[i + 1] > north) north = first[i + 1];
      }
      const [x0, y0, x1, y1] = projected([west, north, east, south], this.quantum);
      this.box = [x0, y0, x1, y1];
    }
    get lines() {
      if (this.rings) {
        if (typeof this.rings[0] === "string") this.read();
        this.drawn = this.rings.map((steps) => projected(steps, this.quantum));
        this.rings = null;
      }
      return this.drawn;
    }
  }

  const shapes = (packed, quantum, boxes) =>
    packed.map((rings, i) => new Shape(rings, quantum, boxes && boxes.slice(4 * i, 4 * i + 4)));

  atlas.shapes = shapes;

  /* A level of detail; each kind of line is read when it is first drawn. */
  function readLevel(level) {
    const out = {};
    for (const kind of ["land", "country", "region", "district", "lakes", "rivers"]) {
      let lines = null;
      Object.defineProperty(out, kind, { get: () => (lines = lines || shapes(level[kind], level.quantum, level.boxes[kind])) });
    }
    return out;
  }

  let loading = null;
  atlas.load = function (url) {
    loading = loading || fetch(url).then((answer) => {
      if (!answer.ok) throw new Error("basemap: " + answer.status);
      return answer.json();
    }).then((raw) => {
      const levels = {};
      for (const name of Object.keys(raw.levels)) levels[name] = readLevel(raw.levels[name]);
      const [west, south, east, north] = raw.home;
      const [x0, y0] = atlas.project(west, north), [x1, y1] = atlas.project(east, south);
      return { levels, names: raw.names, home: [x0, y0, x1, y1] };
    }).catch((error) => { loading = null; throw error; });
    return loading;
  };

  const meets = (a, b) => a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];
  atlas.meets = meets;

  /* Adds to the current path what lies in `view`; points closer than half a pixel are skipped. */
  function trace(context, list, view, scale, left, top) {
    for (const shape of list) {
      if (!meets(shape.box, view)) continue;
      for (const line of shape.lines) {
        let px = NaN, py = NaN;
        for (let i = 0; i < line.length; i += 2) {
          const x = line[i] * scale - left, y = line[i + 1] * scale - top;
          if (i === 0) context.moveTo(x, y);
          else if (Math.abs(x - px) + Math.abs(y - py) > 0.6 || i === line.length - 2) context.lineTo(x, y);
          else continue;
          px = x;
          py = y;
        }
      }
    }
  }
  atlas.trace = trace;

  /* --- a canvas a little larger than the view ---------------------------------------------------------------------- */

  const LOOKAHEAD = 64, REST = 120;

  /* The up to four rectangles of `outer` that `inner` leaves free. */
  function beyond(outer, inner) {
    if (!inner) return [outer];
    const { min: a, max: b } = outer, { min: c, max: d } = inner, parts = [];
    if (a.y < c.y) parts.push(L.bounds([a.x, a.y], [b.x, c.y]));
    if (d.y < b.y) parts.push(L.bounds([a.x, d.y], [b.x, b.y]));
    if (a.x < c.x) parts.push(L.bounds([a.x, c.y], [c.x, d.y]));
    if (d.x < b.x) parts.push(L.bounds([d.x, c.y], [b.x, d.y]));
    return parts;
  }

  /* What two rectangles share; null where that is nothing. */
  function shared(one, other) {
    if (!one || !other) return null;
    const low = [Math.max(one.min.x, other.min.x), Math.max(one.min.y, other.min.y)];
    const high = [Math.min(one.max.x, other.max.x), Math.min(one.max.y, other.max.y)];
    return low[0] < high[0] && low[1] < high[1] ? L.bounds(low, high) : null;
  }
  atlas.shared = shared;

  /* What is painted stays: a move paints the strips that come into view, and a move beyond the canvas shifts what is on
     it. After a jump the view is painted first, the margin when the reader rests. `draw` paints a rectangle of layer
     points; a sheet that must be drawn as one (`whole`) is painted anew when it has to shift. */
  atlas.Sheet = L.Renderer.extend({
    options: { padding: 0.2, pane: "overlayPane", whole: false },

    getEvents: function () {
      return { ...L.Renderer.prototype.getEvents.call(this), move: this._follow };
    },

    /* While two fingers or a flight change the scale, the picture is stretched; it is painted when they rest. */
    _follow: function (event) {
      if (!event.pinch && !event.flyTo) this._update();
    },

    _reset: function () {
      this._update();
    },

    _initContainer: function () {
      const canvas = (this._container = document.createElement("canvas"));
      canvas.className = this.options.className || "";
      canvas.style.pointerEvents = "none";
      this._context = canvas.getContext("2d");
    },

    _destroyContainer: function () {
      cancelAnimationFrame(this._frame);
      clearTimeout(this._resting);
      L.DomUtil.remove(this._container);
      this._container = null;
    },

    _update: function () {
      const map = this._map;
      if (!this._container || (map._animatingZoom && this._bounds)) return;
      if (!this._stands()) return this._renew();
      const seen = this._seen();
      if (this._painted && this._painted.contains(seen)) return;
      if (!this._bounds.contains(seen)) this._shift();
      this._extend(this._seen(LOOKAHEAD));
      this._rest();
    },

    /* Whether the canvas still has the scale and the size of the map. */
    _stands: function () {
      const drawn = this._drawnFor, map = this._map;
      return !!drawn && drawn[0].equals(map.getPixelOrigin()) && drawn[1].equals(map.getSize()) && this._zoom === map.getZoom();
    },

    /* The view in layer points, with a margin in pixels. */
    _seen: function (margin = 0) {
      const view = this._map.getPixelBounds(), by = this._map.getPixelOrigin().add([margin, margin]);
      return L.bounds(view.min.subtract(by), view.max.subtract(this._map.getPixelOrigin()).add([margin, margin]));
    },

    _renew: function () {
      this._recentre();
      const size = this._bounds.getSize(), canvas = this._container, ratio = this._ratio;
      this._drawnFor = [this._map.getPixelOrigin(), this._map.getSize()];
      if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
        canvas.width = size.x * ratio;
        canvas.height = size.y * ratio;
        canvas.style.width = size.x + "px";
        canvas.style.height = size.y + "px";
      }
      this._toScale();
      this.paint();
    },

    _recentre: function () {
      L.Renderer.prototype._update.call(this);
      this._ratio = Math.min(window.devicePixelRatio || 1, 2);
      L.DomUtil.setPosition(this._container, this._bounds.min);
    },

    _toScale: function () {
      const { min } = this._bounds, ratio = this._ratio;
      this._context.setTransform(ratio, 0, 0, ratio, -min.x * ratio, -min.y * ratio);
    },

    /* Brings the canvas back under the view and keeps what is painted on it. */
    _shift: function () {
      const before = this._bounds.min, ratio = this._ratio;
      this._recentre();
      const by = before.subtract(this._bounds.min).multiplyBy(ratio), context = this._context;
      this._painted = shared(this._painted, this._bounds);
      if (this.options.whole || !this._painted || this._ratio !== ratio || by.x % 1 || by.y % 1) return this._renew();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.globalCompositeOperation = "copy";
      context.drawImage(this._container, by.x, by.y);
      context.globalCompositeOperation = "source-over";
      this._toScale();
      this.prepare(this._map.getPixelOrigin(), this._bounds.min, this._bounds.max);
    },

    /* Told before anything is drawn where the canvas now is. */
    prepare: function () {},

    /* Clears all and paints what is in view. */
    paint: function () {
      if (!this._map || !this._bounds) return;
      const { min, max } = this._bounds;
      this._painted = null;
      this._context.clearRect(min.x, min.y, max.x - min.x, max.y - min.y);
      this.prepare(this._map.getPixelOrigin(), min, max);
      this._extend(this.options.whole ? this._bounds : this._seen(4));
      this._rest();
    },

    /* Paints until the painted rectangle holds `target`, as far as the canvas reaches. */
    _extend: function (target) {
      const wanted = this._whole(shared(target, this._bounds));
      if (!wanted) return;
      const had = this._painted, all = had ? L.bounds([had.min, had.max, wanted.min, wanted.max]) : wanted;
      for (const part of beyond(all, had)) this._region(part);
      this._painted = all;
    },

    /* Outwards to steps of four pixels: whole pixels of the screen at any scale of it, so that no seam shows. */
    _whole: function (box) {
      if (!box) return null;
      const { min, max } = this._bounds, step = 4;
      const low = box.min.subtract(min).divideBy(step).floor().multiplyBy(step);
      const high = box.max.subtract(min).divideBy(step).ceil().multiplyBy(step);
      return shared(L.bounds(min.add(low), min.add(high)), L.bounds(min, max));
    },

    _region: function ({ min, max }) {
      const context = this._context;
      context.save();
      context.beginPath();
      context.rect(min.x, min.y, max.x - min.x, max.y - min.y);
      context.clip();
      context.clearRect(min.x, min.y, max.x - min.x, max.y - min.y);
      this.draw(context, this._map.getPixelOrigin(), min, max);
      context.restore();
    },

    _rest: function () {
      clearTimeout(this._resting);
      if (this._painted && this._painted.contains(this._bounds)) return;
      this._resting = setTimeout(() => {
        const map = this._map, isBusy = map && map.atlas.engine && map.atlas.engine.playing;
        if (map && this._container && this._painted && !map._animatingZoom && !isBusy) this._extend(this._bounds);
      }, REST);
    },

    repaint: function () {
      if (this._frame) return;
      this._frame = requestAnimationFrame(() => {
        this._frame = null;
        if (this._container && !this._map._animatingZoom) this.paint();
      });
    },
  });

  /* --- the ground -------------------------------------------------------------------------------------------------- */

  atlas.Ground = atlas.Sheet.extend({
    options: { className: "atlas-ground", pane: "tilePane" },

    initialize: function (options) {
      L.setOptions(this, options);
      this._layers = {};
      this._ground = null;
    },

    onAdd: function (map) {
      atlas.Sheet.prototype.onAdd.call(this, map);
      if (this._ground) return;
      atlas.load(this.options.url).then((ground) => {
        this._ground = ground;
        if (this._map) this.paint();
      }).catch(() => map.fire("atlas:notice", { key: "noBasemap" }));
    },

    setTheme: function (theme) {
      if (this.options.theme === theme) return;
      this.options.theme = theme;
      if (this._map) this.paint();
    },

    draw: function (context, origin, min, max) {
      const look = atlas.themes[this.options.theme], zoom = this._map.getZoom(), scale = 256 * Math.pow(2, zoom);
      context.fillStyle = look.water;
      context.fillRect(min.x, min.y, max.x - min.x, max.y - min.y);
      if (!this._ground) return;
      const edge = 6 / scale, top = origin.y, first = Math.floor((min.x + origin.x - 6) / scale);
      for (let turn = first; turn * scale <= max.x + origin.x + 6; turn++) { // the world repeats to both sides
        const left = origin.x - turn * scale;
        const view = [(min.x + left) / scale - edge, (min.y + top) / scale - edge, (max.x + left) / scale + edge, (max.y + top) / scale + edge];
        this._draw(context, look, zoom, view, scale, left, top);
      }
    },

    _draw: function (context, look, zoom, view, scale, left, top) {
      const { levels, home } = this._ground, near = zoom >= 7 && meets(home, view);
      const inside = near && home[0] <= view[0] && home[1] <= view[1] && home[2] >= view[2] && home[3] >= view[3];
      if (!inside) this._ink(context, look, zoom, zoom <= 4 ? levels.far : levels.mid, view, scale, left, top);
      if (!near) return;
      const [x0, y0, x1, y1] = home.map((v) => v * scale);
      context.save();
      context.beginPath();
      context.rect(x0 - left, y0 - top, x1 - x0, y1 - y0);
      context.clip();
      context.fillStyle = look.water;
      context.fillRect(x0 - left, y0 - top, x1 - x0, y1 - y0);
      this._ink(context, look, zoom, levels.near, view, scale, left, top);
      context.restore();
    },

    _ink: function (context, look, zoom, level, view, scale, left, top) {
      const path = (list) => {
        context.beginPath();
        trace(context, list, view, scale, left, top);
      };
      path(level.land);
      context.fillStyle = look.land;
      context.fill();
      path(level.lakes);
      context.fillStyle = look.lake;
      context.fill();
      context.lineJoin = context.lineCap = "round";
      const stroke = (list, colour, width, dash) => {
        path(list);
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.setLineDash(dash || []);
        context.stroke();
      };
      if (zoom >= 5) stroke(level.rivers, look.river, zoom >= 8 ? 2 : 1.1);
      if (zoom >= 5) stroke(level.region, look.region, zoom >= 8 ? 1.2 : 0.8, zoom >= 7 ? [4, 3] : null);
      if (zoom >= 8) stroke(level.district, look.region, 0.7, [2, 3]);
      stroke(level.country, look.country, zoom >= 6 ? 1.6 : 0.9);
      context.setLineDash([]);
    },
  });

  /* --- names ---------------------------------------------------------------------------------------------------- */

  const TOWN_FONT = '"Source Sans 3", "Source Sans Pro", "Segoe UI", system-ui, "DejaVu Sans", sans-serif';
  atlas.font = TOWN_FONT;

  atlas.Names = atlas.Sheet.extend({
    options: { className: "atlas-names", whole: true },

    initialize: function (options) {
      L.setOptions(this, options);
      this._layers = {};
      this._names = null;
    },

    onAdd: function (map) {
      atlas.Sheet.prototype.onAdd.call(this, map);
      atlas.load(this.options.url).then((ground) => {
        this._names = ground.names;
        this.repaint();
      }).catch(() => undefined);
    },

    setLook: function (theme, language) {
      if (this.options.theme === theme && this.options.language === language) return;
      L.setOptions(this, { theme, language });
      this.repaint();
    },

    draw: function (context, origin, min, max) {
      if (!this._names) return;
      const zoom = this._map.getZoom(), scale = 256 * Math.pow(2, zoom);
      const page = { context, origin, min, max, zoom, scale, taken: [], look: atlas.themes[this.options.theme] };
      context.textBaseline = "middle";
      context.lineJoin = "round";
      this._areas(page, "seas", "italic 400 13px ", page.look.seaName, 0, 9);
      if (zoom < 7) this._areas(page, "countries", "600 12px ", page.look.countryName, 1, 7);
      page.spots = this._symbols();
      for (const [x, y, r] of page.spots) page.taken.push([x - r, y - r, x + r, y + r]);
      this._towns(page);
      if (zoom >= 6 && zoom <= 9) this._areas(page, "regions", "500 11px ", page.look.areaName, 1, 10);
    },

    /* Where symbols stand: a name does not lie under one. */
    _symbols: function () {
      const engine = this._map.atlas.engine;
      if (!engine) return [];
      engine.sheet._update(); // this sheet may be told of a move before that one
      return engine.sheet.spots;
    },

    _text: (entry, language) => (language === "uk" && entry[4]) || entry[3],

    /* Where an entry falls on the page; the world repeats to both sides. */
    _spots: function (page, entry) {
      const [x, y] = atlas.project(entry[0], entry[1]);
      const top = y * page.scale - page.origin.y, spots = [];
      if (top < page.min.y - 20 || top > page.max.y + 20) return spots;
      for (let turn = -1; turn <= 1; turn++) {
        const left = (x + turn) * page.scale - page.origin.x;
        if (left > page.min.x - 60 && left < page.max.x + 60) spots.push([left, top]);
      }
      return spots;
    },

    _free: (page, box) => !page.taken.some((other) => meets(other, box)),

    _write: function (page, text, x, y, colour) {
      page.context.lineWidth = 3.5;
      page.context.strokeStyle = page.look.halo;
      page.context.strokeText(text, x, y);
      page.context.fillStyle = colour;
      page.context.fillText(text, x, y);
    },

    _areas: function (page, kind, font, colour, spaced, until) {
      const context = page.context;
      if (page.zoom > until) return;
      context.font = font + TOWN_FONT;
      context.textAlign = "center";
      if ("letterSpacing" in context) context.letterSpacing = spaced ? "1.4px" : "0.4px";
      for (const entry of this._names[kind]) {
        if (entry[2] > page.zoom) continue;
        let text = this._text(entry, this.options.language);
        if (spaced) text = text.toLocaleUpperCase(this.options.language);
        const half = context.measureText(text).width / 2 + 4;
        for (const [x, y] of this._spots(page, entry)) {
          const box = [x - half, y - 9, x + half, y + 9];
          if (!this._free(page, box)) continue;
          page.taken.push(box);
          this._write(page, text, x, y, colour);
        }
      }
      if ("letterSpacing" in context) context.letterSpacing = "0px";
    },

    _towns: function (page) {
      const context = page.context;
      context.textAlign = "left";
      for (const entry of this._names.towns) {
        if (entry[2] > page.zoom) continue;
        for (const [x, y] of this._spots(page, entry)) this._town(page, entry, x, y);
      }
    },

    _town: function (page, entry, x, y) {
      const context = page.context, big = page.zoom - entry[2] >= 2;
      const text = this._text(entry, this.options.language);
      context.font = (big ? "600 13px " : "500 12px ") + TOWN_FONT;
      const gap = this._reach(page, x, y);
      const box = [x + gap - 3, y - 8, x + gap + 3 + context.measureText(text).width, y + 8];
      if (!this._free(page, box)) return;
      page.taken.push(box);
      context.beginPath();
      context.arc(x, y, big ? 2.4 : 1.8, 0, TAU);
      context.fillStyle = page.look.dot;
      context.fill();
      this._write(page, text, x + gap, y, page.look.town);
    },

    /* How far right of a town its name begins: beside the symbol where incidents stand on the town. */
    _reach: function (page, x, y) {
      let gap = 6;
      for (const [sx, sy, r] of page.spots) {
        if (Math.hypot(sx - x, sy - y) < r) gap = Math.max(gap, sx + r + 4 - x);
      }
      return gap;
    },
  });

  /* --- furniture -------------------------------------------------------------------------------------------------- */

  const Readout = L.Control.extend({
    options: { position: "bottomright" },
    onAdd: function (map) {
      const box = L.DomUtil.create("div", "atlas-readout");
      box.setAttribute("aria-hidden", "true");
      const say = (at) => {
        const spot = at.wrap();
        const ns = spot.lat >= 0 ? "N" : "S", ew = spot.lng >= 0 ? "E" : "W";
        const digits = map.getZoom() >= 12 ? 5 : map.getZoom() >= 8 ? 4 : 3;
        box.textContent = `${Math.abs(spot.lat).toFixed(digits)}° ${ns}  ${Math.abs(spot.lng).toFixed(digits)}° ${ew}`;
      };
      map.on("mousemove", (event) => say(event.latlng));
      map.on("move", () => say(map.getCenter()));
      map.whenReady(() => say(map.getCenter()));
      return box;
    },
  });

  const Notice = L.Control.extend({
    options: { position: "topright" },
    onAdd: function () {
      this._box = L.DomUtil.create("div", "atlas-notice");
      this._box.setAttribute("role", "status");
      this._box.hidden = true;
      return this._box;
    },
    say: function (text) {
      this._fault = text || "";
      this._show();
    },
    hint: function (text) {
      this._hint = text || "";
      this._show();
    },
    _show: function () {
      const text = this._fault || this._hint || "";
      this._box.textContent = text;
      this._box.hidden = !text;
      this._box.classList.toggle("atlas-hint", !this._fault);
    },
  });

  /* Sets up one map; called once by the base map's script. */
  atlas.setUp = function (map, options) {
    L.Icon.Default.imagePath = options.images;
    atlas.texts = options.texts;
    map.attributionControl.setPrefix(false);
    map.attributionControl.addAttribution(options.attribution);
    map.createPane("atlasNames").style.zIndex = 350;
    map.createPane("atlasAreas").style.zIndex = 300;
    map.getPane("atlasNames").style.pointerEvents = "none";
    const state = (map.atlas = { options, theme: options.theme, language: options.language });
    map.on("move", () => state.engine && state.engine.look()); // before anything draws, so that the server works meanwhile
    state.ground = options.tiles
      ? L.tileLayer(options.tiles.url, { attribution: options.tiles.attribution, maxZoom: 19, zIndex: 1 }).addTo(map)
      : new atlas.Ground({ url: options.basemap, theme: options.theme }).addTo(map);
    if (!options.tiles) {
      state.names = new atlas.Names({
        url: options.basemap, theme: options.theme, language: options.language, pane: "atlasNames",
      }).addTo(map);
    }
    new Readout().addTo(map);
    L.control.scale({ imperial: false, maxWidth: 110, position: "bottomright" }).addTo(map);
    state.notice = new Notice().addTo(map);
    map.on("atlas:notice", (event) => state.notice.say(event.key ? atlas.texts[event.key] : ""));
    atlas.look(map, options.theme, options.language, options.texts);
    state.draw = new atlas.Draw().addTo(map);
    state.player = new atlas.PlayerBar().addTo(map);
    // the frame grows with the window; what was in the middle stays there
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
    return state;
  };

  /* Changes theme, language and words in place: no remount, the view stays. */
  atlas.look = function (map, theme, language, texts) {
    const state = map.atlas;
    Object.assign(state, { theme, language });
    atlas.texts = texts || atlas.texts;
    const box = map.getContainer();
    box.classList.toggle("atlas-dark", theme === "dark");
    box.style.background = atlas.themes[theme].water;
    box.lang = language;
    box.setAttribute("aria-label", atlas.texts.mapLabel);
    for (const [key, name] of [["_zoomInButton", "zoomIn"], ["_zoomOutButton", "zoomOut"]]) {
      const button = map.zoomControl && map.zoomControl[key];
      if (!button) continue;
      button.title = atlas.texts[name];
      button.setAttribute("aria-label", atlas.texts[name]);
    }
    if (state.names) {
      state.ground.setTheme(theme);
      state.names.setLook(theme, language);
    }
    map.fire("atlas:look");
  };
})();
