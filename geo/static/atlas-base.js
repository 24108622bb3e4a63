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

  /* Reads a line written by scripts/build_basemap.py into world units ([0, 1] across, y down). */
  function decode(text, quantum) {
    const out = new Float64Array(text.length);
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
      lon += next();
      lat += next();
      out[used++] = (lon * quantum + 180) / 360;
      out[used++] = mercator(lat * quantum);
    }
    return out.subarray(0, used);
  }

  function shapes(packed, quantum) {
    return packed.map((rings) => {
      const lines = rings.map((ring) => decode(ring, quantum));
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let i = 0; i < lines[0].length; i += 2) {
        box[0] = Math.min(box[0], lines[0][i]);
        box[1] = Math.min(box[1], lines[0][i + 1]);
        box[2] = Math.max(box[2], lines[0][i]);
        box[3] = Math.max(box[3], lines[0][i + 1]);
      }
      return { lines, box };
    });
  }

  atlas.shapes = shapes;

  function readLevel(level) {
    const out = {};
    for (const kind of ["land", "country", "region", "district", "lakes", "rivers"]) out[kind] = shapes(level[kind], level.quantum);
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

  /* --- the ground: tiles, so that moving draws only what is new ------------------------------------------------- */

  atlas.Ground = L.GridLayer.extend({
    options: { tileSize: 512, zIndex: 1, updateWhenZooming: false, keepBuffer: 1, className: "atlas-ground" },

    initialize: function (options) {
      L.setOptions(this, options);
      this._ground = null;
    },

    onAdd: function (map) {
      L.GridLayer.prototype.onAdd.call(this, map);
      if (this._ground) return;
      atlas.load(this.options.url).then((ground) => {
        this._ground = ground;
        if (this._map) {
          this.redraw();
          this.fire("ground");
        }
      }).catch(() => map.fire("atlas:notice", { key: "noBasemap" }));
    },

    setTheme: function (theme) {
      if (this.options.theme === theme) return;
      this.options.theme = theme;
      if (this._map) this.redraw();
    },

    createTile: function (coords) {
      const tile = document.createElement("canvas");
      const size = this.getTileSize().x, ratio = Math.min(window.devicePixelRatio || 1, 2);
      tile.width = tile.height = size * ratio;
      const context = tile.getContext("2d", { alpha: false });
      context.scale(ratio, ratio);
      this._paint(context, coords, size);
      return tile;
    },

    _paint: function (context, coords, size) {
      const look = atlas.themes[this.options.theme];
      context.fillStyle = look.water;
      context.fillRect(0, 0, size, size);
      if (!this._ground) return;
      const zoom = coords.z, scale = 256 * Math.pow(2, zoom);
      const left = coords.x * size, top = coords.y * size, edge = 6 / scale;
      const view = [left / scale - edge, top / scale - edge, (left + size) / scale + edge, (top + size) / scale + edge];
      this._draw(context, look, zoom, view, scale, left, top);
    },

    _draw: function (context, look, zoom, view, scale, left, top) {
      const levels = this._ground.levels;
      const layers = zoom <= 4 ? [levels.far] : [levels.mid];
      const near = zoom >= 7 && meets(this._ground.home, view);
      for (const level of layers) this._ink(context, look, zoom, level, view, scale, left, top);
      if (!near) return;
      const [x0, y0, x1, y1] = this._ground.home.map((v) => v * scale);
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

  /* --- a canvas a little larger than the view ---------------------------------------------------------------------- */

  atlas.Sheet = L.Renderer.extend({
    options: { padding: 0.3, pane: "overlayPane" },

    _initContainer: function () {
      const canvas = (this._container = document.createElement("canvas"));
      canvas.className = this.options.className || "";
      canvas.style.pointerEvents = "none";
      this._context = canvas.getContext("2d");
    },

    _destroyContainer: function () {
      cancelAnimationFrame(this._frame);
      L.DomUtil.remove(this._container);
      this._container = null;
    },

    _update: function () {
      if (this._map._animatingZoom && this._bounds) return;
      if (this._holds()) return;
      L.Renderer.prototype._update.call(this);
      this._drawnFor = [this._map.getPixelOrigin(), this._map.getSize()];
      const box = this._bounds, canvas = this._container, size = box.getSize();
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      L.DomUtil.setPosition(canvas, box.min);
      if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
        canvas.width = size.x * ratio;
        canvas.height = size.y * ratio;
        canvas.style.width = size.x + "px";
        canvas.style.height = size.y + "px";
      }
      this._context.setTransform(ratio, 0, 0, ratio, -box.min.x * ratio, -box.min.y * ratio);
      this.paint();
    },

    /* Whether what is drawn still covers the view: then a move costs nothing. */
    _holds: function () {
      if (!this._drawnFor) return false;
      const map = this._map, origin = map.getPixelOrigin(), size = map.getSize(), view = map.getPixelBounds();
      return this._drawnFor[0].equals(origin) && this._drawnFor[1].equals(size) && this._zoom === map.getZoom() &&
        this._bounds.contains(L.bounds(view.min.subtract(origin), view.max.subtract(origin)));
    },

    /* Clears and draws; layer points as units. */
    paint: function () {
      if (!this._map || !this._bounds) return;
      const { min, max } = this._bounds, origin = this._map.getPixelOrigin();
      this._context.clearRect(min.x, min.y, max.x - min.x, max.y - min.y);
      this.draw(this._context, origin, min, max);
    },

    repaint: function () {
      if (this._frame) return;
      this._frame = requestAnimationFrame(() => {
        this._frame = null;
        if (this._container && !this._map._animatingZoom) this.paint();
      });
    },
  });

  /* --- names ---------------------------------------------------------------------------------------------------- */

  const TOWN_FONT = '"Source Sans 3", "Source Sans Pro", "Segoe UI", system-ui, "DejaVu Sans", sans-serif';
  atlas.font = TOWN_FONT;

  atlas.Names = atlas.Sheet.extend({
    options: { className: "atlas-names", padding: 0.3 },

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
      page.spots = (this._map.atlas.engine && this._map.atlas.engine.sheet.spots) || [];
      for (const [x, y, r] of page.spots) page.taken.push([x - r, y - r, x + r, y + r]);
      this._towns(page);
      if (zoom >= 6 && zoom <= 9) this._areas(page, "regions", "500 11px ", page.look.areaName, 1, 10);
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
    state.ground = options.tiles
      ? L.tileLayer(options.tiles.url, { attribution: options.tiles.attribution, maxZoom: 19, zIndex: 1 }).addTo(map)
      : new atlas.Ground({ url: options.basemap, theme: options.theme, maxZoom: 20 }).addTo(map);
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
